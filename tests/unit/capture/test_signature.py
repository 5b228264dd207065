"""Held line by line against the carrier's own validator."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from capture.domain.signature import bases, body_verifies, form_verifies, settings, signature, signed_text

SECRET, OTHER = "0123456789abcdef", "fedcba9876543210"
PUBLIC = "https://shop.example"
PATH = "/api/twilio/voice/inbound"
FORM = {"CallSid": "CA1", "From": "+13125550199", "To": "+13125550123", "CallerName": "Zoë & Söhne"}


class Many(dict[str, list[str]]):
    """A form with repeated fields, as the SDK reads one."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def verified(
    *, public: str = PUBLIC, fields: Any = None, given: str, secrets: tuple[str, ...] = (SECRET,), **changes: Any
) -> bool:
    rest = changes.pop("rest", PATH)
    return form_verifies(
        secrets=secrets,
        bases=bases(public),
        rest=rest,
        fields=FORM.items() if fields is None else fields,
        given=given,
        **changes,
    )


def test_a_forged_signature_does_not_verify() -> None:
    assert not verified(given=RequestValidator(OTHER).compute_signature(PUBLIC + PATH, FORM))


@pytest.mark.parametrize("given", ["", "x", "ÿ\udcff", "A" * 10_000])
def test_whatever_is_no_signature_does_not_verify(given: str) -> None:
    assert not verified(given=given)


def test_without_a_secret_nothing_verifies() -> None:
    assert not verified(given=RequestValidator("").compute_signature(PUBLIC + PATH, FORM), secrets=())


def test_a_changed_field_does_not_verify() -> None:
    given = RequestValidator(SECRET).compute_signature(PUBLIC + PATH, FORM)
    assert not verified(given=given, fields=(FORM | {"From": "+13125550198"}).items())


def test_another_address_does_not_verify() -> None:
    given = RequestValidator(SECRET).compute_signature("https://evil.example" + PATH, FORM)
    assert not verified(given=given)


@pytest.mark.parametrize(
    "public",
    [
        "https://shop.example",
        "http://shop.example",
        "https://shop.example:8443",
        "http://localhost:8080",
        "http://[::1]:8080",
    ],
)
@pytest.mark.parametrize("signs", ["with_port", "without_port"])
def test_with_and_without_the_port_verify(public: str, signs: str) -> None:
    spelled = bases(public)
    ported = next(each for each in spelled if each.rsplit(":", 1)[1].isdigit())
    address = ported if signs == "with_port" else next(each for each in spelled if each != ported)
    assert verified(public=public, given=RequestValidator(SECRET).compute_signature(address + PATH, FORM))


def test_both_secrets_of_a_rotation_verify() -> None:
    for secret in (SECRET, OTHER):
        given = RequestValidator(secret).compute_signature(PUBLIC + PATH, FORM)
        assert verified(given=given, secrets=(SECRET, OTHER))


def test_the_query_is_part_of_the_address() -> None:
    rest = f"{PATH}?number=%2B13125550123"
    given = RequestValidator(SECRET).compute_signature(PUBLIC + rest, FORM)
    assert verified(given=given, rest=rest)
    assert not verified(given=given)


def test_repeated_fields_count_once_for_each_value() -> None:
    given = RequestValidator(SECRET).compute_signature(PUBLIC + PATH, Many(b=["2", "1", "2"], a=["x"]))
    assert verified(given=given, fields=[("b", "2"), ("a", "x"), ("b", "1"), ("b", "2")])


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(
    form=st.dictionaries(names, st.lists(names, min_size=1, max_size=3), max_size=6),
    algorithm=st.sampled_from([("HMAC_SHA1", "sha1"), ("HMAC_SHA256", "sha256")]),
)
def test_every_form_is_signed_as_the_carrier_signs_it(form: dict[str, list[str]], algorithm: tuple[str, str]) -> None:
    theirs, ours = algorithm
    fields = [(name, value) for name, values in form.items() for value in values]
    made = signature(secret=SECRET, address=PUBLIC, text=signed_text(fields), algorithm=ours)
    assert made == RequestValidator(SECRET).compute_signature(PUBLIC, Many(form), theirs)


def test_a_json_body_is_covered_by_its_digest() -> None:
    body = json.dumps({"CallSid": "CA1"})
    rest = f"{PATH}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    validator = RequestValidator(SECRET)
    given = validator.compute_signature(PUBLIC + rest, {})
    assert validator.validate(PUBLIC + rest, body, given)
    common: dict[str, Any] = {"secrets": (SECRET,), "bases": bases(PUBLIC), "given": given}
    assert body_verifies(**common, rest=rest, body=body.encode())
    assert not body_verifies(**common, rest=rest, body=body.encode() + b" ")


def test_a_json_body_without_its_digest_never_verifies() -> None:
    given = RequestValidator(SECRET).compute_signature(PUBLIC + PATH, {})
    assert not body_verifies(secrets=(SECRET,), bases=bases(PUBLIC), rest=PATH, body=b"{}", given=given)


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (None, ("sha1", None)),
        ("", ("sha1", None)),
        ("algorithm=HMAC_SHA256", ("sha256", None)),
        ("key=SK1,algorithm=HMAC_SHA256", ("sha256", "SK1")),
        (" key = SK1 , algorithm = hmac_sha1 ", ("sha1", "SK1")),
        ("key=SK1", ("sha1", "SK1")),
        ("key=SK1,algorithm=MD5", (None, "SK1")),
        ("nonsense", ("sha1", None)),
    ],
)
def test_the_settings_header_names_key_and_algorithm(header: str | None, read: tuple[str | None, str | None]) -> None:
    assert settings(header) == read


def test_a_signature_with_sha256_is_none_with_sha1() -> None:
    given = RequestValidator(SECRET).compute_signature(PUBLIC + PATH, FORM, "HMAC_SHA256")
    assert verified(given=given, algorithm="sha256")
    assert not verified(given=given, algorithm="sha1")

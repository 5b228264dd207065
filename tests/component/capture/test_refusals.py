"""Whatever is not genuine has no effect, is counted, and leaves a trace."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from capture_service import ACCOUNT, CALLER, NUMBER, OLD_SECRET, form_of, shop_text

from chassis.answers import SECURITY_HEADERS
from chassis.testing import eventually

OTHER_ACCOUNT, OTHER_NUMBER = "AC" + "b" * 32, "+13125550124"


async def refused(capture: Any, reason: str, count: int = 1) -> Any:
    async def kept() -> Any:
        rows = await capture.fetch("SELECT * FROM refused_callbacks WHERE reason = $1", reason)
        return [rows] if len(rows) == count else None

    [found] = await eventually(kept)
    return found


async def nothing_happened(capture: Any) -> None:
    assert await capture.value("SELECT count(*) FROM callbacks") == 0
    assert await capture.told() == []


async def test_a_wrong_signature_changes_nothing_and_is_kept_as_a_digest(capture: Any) -> None:
    form = form_of("CA01")
    answer = await capture.post("voice/inbound", form, secret="somebody-else")
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"
    [row] = await refused(capture, "bad signature")
    assert row["body"] is None
    assert row["digest"] == hashlib.sha256(urlencode(form).encode()).digest()
    assert "x-twilio-signature" in row["headers"]
    assert CALLER not in str(row["headers"])
    await nothing_happened(capture)


async def test_no_signature_is_a_wrong_one(capture: Any) -> None:
    assert (await capture.raw("voice/inbound", data=form_of("CA01"))).status == 403


async def test_a_changed_field_or_address_is_refused(capture: Any) -> None:
    good = capture.sign("voice/inbound", form_of("CA01"))
    changed = await capture.raw(
        "voice/inbound", data=form_of("CA01", caller="+13125550198"), headers={"X-Twilio-Signature": good}
    )
    elsewhere = await capture.raw("voice/status", data=form_of("CA01"), headers={"X-Twilio-Signature": good})
    assert (changed.status, elsewhere.status) == (403, 403)


async def test_the_seen_host_does_not_count(capture: Any) -> None:
    signed = capture.sign("voice/inbound", form_of("CA01"), public=capture.base)
    assert (
        await capture.raw("voice/inbound", data=form_of("CA01"), headers={"X-Twilio-Signature": signed})
    ).status == 403


async def test_the_previous_secret_verifies_too(capture: Any) -> None:
    assert (await capture.post("voice/inbound", form_of("CA01"), secret=OLD_SECRET)).status == 200


async def test_a_port_in_the_signed_address_verifies(capture: Any) -> None:
    signed = capture.sign("voice/inbound", form_of("CA01"), public="http://callsnare.test:80")
    assert (
        await capture.raw("voice/inbound", data=form_of("CA01"), headers={"X-Twilio-Signature": signed})
    ).status == 200


async def test_a_named_key_verifies_with_sha256_and_only_that_key(capture: Any) -> None:
    form = form_of("CA01")
    for secret, header, status in (
        ("key-secret", "key=SK1,algorithm=HMAC_SHA256", 200),
        ("current-secret", "key=SK1,algorithm=HMAC_SHA256", 403),
        ("key-secret", "key=SK2,algorithm=HMAC_SHA256", 403),
        ("key-secret", "key=SK1,algorithm=MD5", 403),
    ):
        signed = capture.sign("voice/inbound", form, secret=secret, algorithm="HMAC_SHA256")
        sent = {"X-Twilio-Signature": signed, "X-Twilio-Webhooks-Signature-Settings": header}
        assert (await capture.raw("voice/inbound", data=form, headers=sent)).status == status, (secret, header)


async def test_a_json_body_is_accepted_with_its_digest_alone(capture: Any) -> None:
    fields = {"AccountSid": ACCOUNT, "MessageSid": "SM77", "From": CALLER, "To": NUMBER, "Body": "by JSON"}
    body = json.dumps(fields).encode()
    for route, status in (
        (f"sms/inbound?bodySHA256={hashlib.sha256(body).hexdigest()}", 200),
        ("sms/inbound", 403),
        ("sms/inbound?bodySHA256=00", 403),
    ):
        sent = {"X-Twilio-Signature": capture.sign(route, {}), "Content-Type": "application/json"}
        assert (await capture.raw(route, data=body, headers=sent)).status == status
    await capture.folded()
    [text] = await capture.events()
    assert text.body == "by JSON"


async def test_only_the_owner_of_the_number_can_sign_for_it(capture: Any) -> None:
    await capture.apply(
        shop_text(slug="southside", account=OTHER_ACCOUNT, number=OTHER_NUMBER, secrets='["other-secret"]')
    )
    theirs = form_of("CA01", account=OTHER_ACCOUNT)
    assert (await capture.post("voice/inbound", theirs, secret="other-secret")).status == 403
    assert (await capture.post("voice/inbound", form_of("CA01"), secret="other-secret")).status == 403
    assert (await capture.post("voice/inbound", form_of("CA01", number=OTHER_NUMBER))).status == 403


async def test_another_shop_cannot_change_a_call_by_naming_it(capture: Any) -> None:
    await capture.apply(
        shop_text(slug="southside", account=OTHER_ACCOUNT, number=OTHER_NUMBER, secrets='["other-secret"]')
    )
    await capture.ring("CA01")
    form = form_of(
        "CA01", account=OTHER_ACCOUNT, number=OTHER_NUMBER, CallStatus="in-progress", DialCallStatus="completed"
    )
    assert (await capture.post("voice/dial-complete", form, secret="other-secret")).status == 200
    await capture.folded()
    rows = await capture.fetch("SELECT tracked_number, outcome FROM calls ORDER BY tracked_number")
    assert [tuple(row) for row in rows] == [(NUMBER, "open"), (OTHER_NUMBER, "answered")]


async def test_an_unknown_number_is_404_and_kept_whole_when_the_account_signed_it(capture: Any) -> None:
    assert (await capture.post("voice/inbound", form_of("CA01", number="+13125550999"))).status == 404
    assert (await capture.post("voice/inbound", form_of("CA02", number="+13125550999"), secret="wrong")).status == 404
    rows = await refused(capture, "unknown number", 2)
    assert sorted(row["body"] is not None for row in rows) == [False, True]
    await nothing_happened(capture)


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 1024):
        yield b"a" * 1024


async def test_what_is_too_large_is_413_with_and_without_a_length(capture: Any) -> None:
    assert (await capture.raw("voice/inbound", data=b"a" * (64 * 1024 + 1))).status == 413
    assert (await capture.raw("voice/inbound", data=chunks(65 * 1024))).status == 413
    assert (await capture.raw("voice/inbound", data=b"a" * 64 * 1024)).status == 400
    await refused(capture, "too large", 2)
    await nothing_happened(capture)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"\x00\xff\xfe",
        b"CallSid=",
        b"CallSid=not+a+sid",
        b"AccountSid=AC1&To=%2B1312",
        b'{"CallSid": "CA1"}',
    ],
)
async def test_garbage_is_400(capture: Any, body: bytes) -> None:
    answer = await capture.raw(
        "voice/inbound", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status == 400
    await refused(capture, "malformed")
    await nothing_happened(capture)


async def test_only_posts_to_routes_that_exist(capture: Any) -> None:
    assert (await capture.raw("voice/inbound", method="GET")).status == 405
    assert (await capture.raw("voice/nothing")).status == 404
    for other in ("telnyx/events", "plivo/voice", "vonage/events", "bandwidth/events", "signalwire/voice"):
        async with capture.session.post(f"{capture.base}/api/{other}") as response:
            assert response.status == 404


async def test_strangers_are_slowed_down_and_the_shop_is_not(serve: Any) -> None:
    capture = await serve(own={"unverified_per_second": "0.01", "unverified_burst": "3"})
    await capture.apply(shop_text())
    await capture.ring("CA00")  # now the line is known
    answers = [await capture.post("voice/inbound", form_of(f"CA0{index}"), secret="wrong") for index in range(5)]
    assert [each.status for each in answers] == [403, 403, 429, 429, 429]  # the look-up of the line took one
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await capture.raw("voice/inbound", data=b"garbage")).status == 429
    assert (await capture.post("voice/inbound", form_of("CA09", number="+13125550999"), secret="wrong")).status == 429
    assert (await capture.ring("CA10")).status == 200
    elsewhere = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert (await capture.post("voice/inbound", form_of("CA11"), secret="wrong", headers=elsewhere)).status == 403
    await refused(capture, "bad signature", 3)


async def test_an_untrusted_peer_cannot_borrow_an_address(serve: Any) -> None:
    capture = await serve(
        own={"unverified_per_second": "0.01", "unverified_burst": "1", "trusted_proxies": "10.0.0.0/8"}
    )
    statuses = [
        (await capture.raw("voice/inbound", data=b"garbage", headers={"X-Forwarded-For": f"203.0.113.{index}"})).status
        for index in range(3)
    ]
    assert statuses == [400, 429, 429]


async def test_an_account_has_a_rate_of_its_own(serve: Any) -> None:
    capture = await serve(own={"verified_per_second": "0.01", "verified_burst": "2"})
    await capture.apply(shop_text())
    answers = [await capture.ring(f"CA0{index}") for index in range(4)]
    assert [each.status for each in answers] == [200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_burst_to_a_line_that_was_just_made_is_taken(capture: Any) -> None:
    number = "+13125550177"
    await capture.apply(f"organization: northside\nnumbers: [{{number: '{number}', provider: twilio}}]")
    answers = await asyncio.gather(*(capture.ring(f"CA{index:04}", number=number) for index in range(60)))
    assert {each.status for each in answers} == {200}


async def test_what_was_refused_is_forgotten_after_seven_days(capture: Any) -> None:
    await capture.post("voice/inbound", form_of("CA01"), secret="wrong")
    await capture.post("voice/inbound", form_of("CA02", number="+13125550999"))
    await refused(capture, "bad signature")
    capture.advance(days=7, hours=1)
    await refused(capture, "bad signature", 0)
    await refused(capture, "unknown number", 1)


async def test_a_text_of_another_shop_is_403(capture: Any) -> None:
    organization = await capture.apply(shop_text())
    other = await capture.apply(
        shop_text(slug="southside", account=OTHER_ACCOUNT, number=OTHER_NUMBER, secrets='["other-secret"]')
    )
    form = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "MessageStatus": "delivered", "From": NUMBER, "To": CALLER}
    good = capture.status_route(organization.organization_id, UUID(int=5))
    for route in (
        capture.status_route(other.organization_id, UUID(int=5)),
        "sms/status",
        "sms/status?text=x&tag=y",
        good.replace("tag=", "tag=0"),
    ):
        assert (await capture.post(route, form)).status == 403, route
    await nothing_happened(capture)
    assert (await capture.post(good, form)).status == 200


async def test_an_answer_carries_no_secret_and_the_headers_that_its_reader_heeds(capture: Any) -> None:
    answer, refused = await capture.ring("CA01"), await capture.raw("voice/inbound", data=b"garbage")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in answer.headers, "a carrier is no browser"
    for name, value in SECURITY_HEADERS:
        assert refused.headers[name.decode()] == value.decode()
    assert "secret" not in answer.text

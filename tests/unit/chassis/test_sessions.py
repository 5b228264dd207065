"""Tokens, cookies, roles, and what the pages' files claim of themselves."""

import hashlib
import json
from uuid import UUID

import pytest

from chassis.cookies import is_secure, local_path, made_cookie, session_cookie
from chassis.keys import derive_keys
from chassis.people import Permission
from chassis.testing import a_person
from chassis.tokens import TokenError, mint, read
from chassis.web.icons import icon
from chassis.web.static_files import FOLDER

KEYS = derive_keys(b"\x07" * 32)
PERSON = a_person(organization_id=UUID(int=1))


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "x" * 3000, "é.ü", mint(KEYS, PERSON) + "A", "." + mint(KEYS, PERSON)]
)
def test_what_capture_did_not_sign_is_refused(text):
    with pytest.raises(TokenError):
        read(KEYS, text)


def test_a_token_brings_the_person_back_and_a_retired_key_still_verifies():
    assert read(KEYS, mint(KEYS, PERSON)) == PERSON
    new = derive_keys(b"\x08" * 32)
    both = type(new)(**{name: getattr(new, name) for name in new.__struct_fields__} | {"session_public": (*new.session_public, *KEYS.session_public)})  # fmt: skip
    assert read(both, mint(KEYS, PERSON)) == PERSON


@pytest.mark.parametrize(
    ("address", "secure"),
    [("https://app.example.com", True), ("http://app.example.com", True), ("http://localhost:8080", False), ("http://127.0.0.1:1", False), ("http://[::1]:1", False)],
)  # fmt: skip
def test_only_loopback_may_do_without_https(address, secure):
    assert is_secure(address) is secure
    assert session_cookie(address).startswith("__Host-") is secure
    made = made_cookie("a", "b", public_url=address, seconds=1)
    assert (made.secure, made.httponly, made.samesite) == (secure, True, "lax")


@pytest.mark.parametrize(
    "text", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", None, "/a\nb", "/" + "x" * 3000, "/a\\b"]
)  # fmt: skip
def test_nobody_is_led_to_another_site(text):
    assert local_path(text) == "/"


def test_a_path_of_ours_is_kept_with_its_query():
    assert local_path("/leads/1?view=all") == "/leads/1?view=all"


@pytest.mark.parametrize(
    ("permission", "roles"),
    [("inbox", "owner admin agent"), ("results", "owner admin agent"), ("settings_view", "owner admin agent"), ("settings_change", "owner admin"), ("administer", "owner admin"), ("own", "owner"), ("account", "owner admin agent")],
)  # fmt: skip
def test_each_role_may_what_the_table_says(permission, roles):
    able = [role for role in ("owner", "admin", "agent") if a_person(organization_id=UUID(int=1), role=role).may(permission)]  # fmt: skip
    assert able == roles.split()
    assert {str(each) for each in Permission} >= {permission}


def test_files_of_others_are_those_that_the_lock_names():
    folder = FOLDER / "vendor"
    lock = json.loads((folder / "vendor.lock.json").read_text())
    named = {name: facts["sha256"] for package in lock.values() for name, facts in package["files"].items()}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.suffix != ".json"}  # fmt: skip
    assert there == named
    assert all(package["integrity"].startswith("sha512-") and package["version"] for package in lock.values())


def test_an_icon_that_is_not_in_the_sprite_is_an_error():
    assert "#i-inbox" in icon("inbox")
    with pytest.raises(KeyError):
        icon("unicorn")

"""E-mail against a mail server of others."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from post_office import PostOffice, open_post_office

from chassis.mail import Mailer, MailError
from chassis.settings import DatabaseSettings, SettingsError, load
from chassis.testing import settings_for

SETTINGS = settings_for("capture", database=DatabaseSettings(owner="", web="", work=""))


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


def mailer(address: str | None) -> Mailer:
    return Mailer(msgspec.structs.replace(SETTINGS, smtp=address, mail_from="office@northside.example"))


async def test_without_a_server_nothing_is_sent():
    assert not mailer(None).configured
    with pytest.raises(MailError, match="CALLSNARE_SMTP"):
        await mailer(None).send(to="jess@northside.example", subject="Hello", text="Hello")


async def test_a_server_that_is_away_may_be_tried_again():
    with pytest.raises(MailError) as told:
        await mailer("smtp://127.0.0.1:9").send(to="jess@northside.example", subject="Hello", text="Hello")
    assert not told.value.refused


async def test_a_recipient_whom_nobody_knows_is_refused_for_good(post):
    with pytest.raises(MailError) as told:
        await mailer(post.address).send(to="nobody@northside.example", subject="Hello", text="Hello")
    assert told.value.refused


async def test_a_text_arrives_whole_and_no_line_of_a_subject_becomes_a_header(post):
    await mailer(post.address).send(
        to="jess@northside.example", subject="Come in\r\nBcc: all@evil.example", text="Häuser\n"
    )
    (message,) = post.taken
    assert (message["to"], message["from"]) == ("jess@northside.example", "CallSnare <office@northside.example>")
    assert (message["subject"], message["bcc"]) == ("Come in Bcc: all@evil.example", None)
    assert message.get_content() == "Häuser\r\n"


def test_an_address_that_is_none_is_named_without_its_password():
    with pytest.raises(SettingsError) as told:
        load("proof", environ={"CALLSNARE_SMTP": "http://user:hidden@host"})
    assert "CALLSNARE_SMTP is not an address like" in str(told.value)
    assert "hidden" not in str(told.value)

"""The whole way of an alert, with Kafka between: a phone is proved, a danger word is heard, its owner is told."""

from datetime import timedelta
from typing import Any

import msgspec
from homeowners import unused_number

from chassis import ids
from chassis.keys import derive_keys, seal
from chassis.testing import eventually
from contracts import topics
from contracts.inbound import AlertNumberNamed, TextReceived
from contracts.organizations import AlertChoices, Member

PHONE, LINE = "+13125550188", "+13125550123"
START_SECONDS = 90


async def test_a_phone_gets_its_code_and_then_a_danger_word_at_once(messaging: Any, account: Any) -> None:
    keys, member_id = derive_keys(b"\x07" * 32), ids.new_id()
    known = messaging.missed(PHONE)
    named = AlertNumberNamed(
        event_id=ids.new_id(), organization_id=messaging.organization, occurred_at=messaging.now(), homeowner_id=known.homeowner_id, member_id=member_id,
        sealed=seal(keys.messaging_seal_public, f"{PHONE} 401922"), expires_at=messaging.now() + timedelta(minutes=10),
    )  # fmt: skip
    messaging.start()
    await messaging.hears(named)
    await _reached(messaging, account, 1)
    assert "401922" in account.texts_to(PHONE)[0]
    pat = Member(
        member_id=member_id,
        name="Pat",
        email="pat@example.com",
        role="owner",
        alerts=AlertChoices(by=("text",), number=PHONE),
    )
    snapshot = msgspec.structs.replace(messaging._snapshot(), organization_version=2, members=(pat,))
    await messaging._send(topics.ORGANIZATIONS.name, snapshot)
    caller = unused_number()
    who = messaging.missed(caller)
    await messaging.hears(
        TextReceived(
            event_id=ids.new_id(), organization_id=messaging.organization, organization_version=2, occurred_at=messaging.now(), homeowner_id=who.homeowner_id,
            message_id=ids.new_id(), provider="twilio", provider_message_id="SM1", tracked_number=LINE, homeowner_number=caller,
            body="I smell gas in the basement", received_at=messaging.now(),
        )
    )  # fmt: skip
    await _reached(messaging, account, 2)
    alert = account.texts_to(PHONE)[1]
    assert "URGENT" in alert
    assert "http://callsnare.test/leads/" in alert
    assert "basement" not in alert
    assert "basement" not in messaging.log
    assert PHONE not in messaging.log
    assert "401922" not in messaging.log


async def _reached(messaging: Any, account: Any, texts: int) -> None:
    def there() -> bool:
        assert len(account.texts_to(PHONE)) >= texts, messaging.log[-3000:]
        return True

    await eventually(there, timeout=START_SECONDS)

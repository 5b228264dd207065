"""Callbacks of many missed calls, each three times, all in random order, as a carrier in trouble would send them."""

import asyncio
import random
import secrets
from urllib.parse import urlencode, urlsplit

import http_load
from carrier_client import Shop
from twilio.request_validator import RequestValidator


def numbers(count: int, *, seed: int) -> list[str]:
    """Homeowners' numbers, all different."""
    return [f"+1312{number}" for number in random.Random(seed).sample(range(2_000_000, 9_999_999), count)]


def requests(shop: Shop, homeowners: list[str], *, seed: int) -> list[bytes]:
    """Three callbacks a call, three times each, shuffled over everything."""
    public = shop.stack.connections["public_url"]
    validator, host = RequestValidator(shop.secret), urlsplit(shop.stack.front_door).netloc
    made = []
    for homeowner in homeowners:
        form = {
            "CallSid": f"CA{secrets.token_hex(16)}", "AccountSid": shop.account, "From": homeowner, "To": shop.line, "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        for path, more in (
            ("/api/twilio/voice/inbound", {"CallStatus": "ringing"}),
            ("/api/twilio/voice/dial-complete", {"CallStatus": "in-progress", "DialCallStatus": "no-answer"}),
            ("/api/twilio/voice/status", {"CallStatus": "completed", "CallDuration": "18"}),
        ):
            signature = validator.compute_signature(public + path, form | more)
            made.append(
                http_load.post(
                    host=host,
                    path=path,
                    body=urlencode(form | more).encode(),
                    headers={"x-twilio-signature": signature},
                )
            )
    everything = made * 3
    random.Random(seed).shuffle(everything)
    return everything


def send(shop: Shop, prepared: list[bytes], *, connections: int = 16) -> http_load.Result:
    """Through the front door."""
    place = urlsplit(shop.stack.front_door)
    return asyncio.run(
        http_load.run(host=str(place.hostname), port=int(place.port or 80), requests=prepared, connections=connections)
    )

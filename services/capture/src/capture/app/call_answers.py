"""What the carrier is told to do with a call, as TwiML. Answers are made once for each shop and setting, then reused."""

from functools import lru_cache
from typing import Final
from urllib.parse import quote

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from capture.app.requests import ROUTES
from capture.settings import RETRY_OVERRIDE
from contracts.organizations import OrganizationChanged, TrackedNumber

HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>'
NOTHING: Final = HEAD + b"<Response />"
HANG_UP: Final = HEAD + b"<Response><Hangup /></Response>"
LONGEST_MESSAGE_SECONDS: Final = 120
SILENCE_SECONDS: Final = 5
DECIDE_SECONDS: Final = 8
"""How long the shop's phone waits for a 1."""
REUSED: Final = 4096


def address(public_url: str, route: str, *, number: str | None = None) -> str:
    """A route of ours as it is handed out; `number` for callbacks that do not name the shop's number themselves."""
    query = f"?number={quote(number)}" if number else ""
    return f"{public_url}{ROUTES}{route}{query}{RETRY_OVERRIDE}"


def inbound(*, organization: OrganizationChanged, number: TrackedNumber, public_url: str) -> bytes:
    """Ring the shop, or take a message where the shop's own line already did not answer."""
    if number.mode == "already_missed" or organization.office_line is None:
        return _regret(organization.name, _texts_back(organization), _records(number), public_url, number.number)
    return _ring(public_url, number.number, number.answer, organization.office_line, organization.ring_seconds)


def dial_complete(
    *, organization: OrganizationChanged, number: TrackedNumber, form: dict[str, str], public_url: str
) -> bytes:
    """A word to the caller whom nobody took; nothing after a call that was."""
    taken = form.get("DialCallStatus") in ("completed", "answered")
    if taken and (number.answer == "any" or form.get("DialBridged", "true") == "true"):
        return NOTHING
    return _regret(organization.name, _texts_back(organization), _records(number), public_url, number.number)


def whisper(*, number: TrackedNumber, public_url: str) -> bytes:
    """On the shop's phone: only a person presses 1, a voicemail does not."""
    return _whisper(public_url, number.number)


def accept(*, form: dict[str, str]) -> bytes:
    """1 connects; anything else hangs up on the shop's phone and leaves the call missed."""
    return NOTHING if form.get("Digits") == "1" else HANG_UP


def _texts_back(organization: OrganizationChanged) -> bool:
    """Nothing is promised that is not going to happen."""
    return organization.automation == "live"


def _records(number: TrackedNumber) -> bool:
    return number.mode == "already_missed" if number.voicemail is None else number.voicemail


@lru_cache(maxsize=REUSED)
def _ring(public_url: str, number: str, answer: str, office: str, seconds: int) -> bytes:
    response = VoiceResponse()
    action = address(public_url, "voice/dial-complete")
    dial = Dial(timeout=seconds, answer_on_bridge=True, action=action, method="POST")
    if answer == "press_1":
        dial.number(office, url=address(public_url, "voice/whisper", number=number), method="POST")
    else:
        dial.number(office)
    response.append(dial)
    return str(response).encode()


@lru_cache(maxsize=REUSED)
def _regret(shop: str, texts_back: bool, records: bool, public_url: str, number: str) -> bytes:  # noqa: FBT001 -- a cached function takes its arguments by position
    response = VoiceResponse()
    sentences = [f"Thanks for calling {shop}. Sorry, we cannot take your call right now."]
    sentences += ["We will text you in a moment."] if texts_back else []
    sentences += ["You can leave a message after the tone."] if records else []
    response.say(" ".join(sentences))
    if records:
        response.record(
            max_length=LONGEST_MESSAGE_SECONDS, play_beep=True, finish_on_key="#", timeout=SILENCE_SECONDS, method="POST",
            action=address(public_url, "voice/recording"), recording_status_callback=address(public_url, "voice/recording", number=number),
            recording_status_callback_method="POST", recording_status_callback_event="completed",
        )  # fmt: skip
    response.hangup()
    return str(response).encode()


@lru_cache(maxsize=REUSED)
def _whisper(public_url: str, number: str) -> bytes:
    response = VoiceResponse()
    action = address(public_url, "voice/accept", number=number)
    gather = Gather(num_digits=1, timeout=DECIDE_SECONDS, action=action, method="POST")
    gather.say("A customer is calling. Press 1 to take the call.")
    response.append(gather)
    response.hangup()
    return str(response).encode()

"""A provider's refusals in plain words: what happened, and what the owner does about it."""

from typing import Final

from messaging.domain.delivery import TOO_MANY_REQUESTS, error_class

WORDS: Final[dict[int, str]] = {
    20003: "the carrier refused your account's password",
    20429: "the carrier is too busy",
    21211: "this is not a valid number",
    21212: "the carrier does not know the number it would leave from",
    21408: "your account may not text this country",
    21606: "your number cannot send texts",
    21610: "the homeowner asked the carrier for no more texts",
    21611: "too many texts wait at the carrier",
    21612: "the carrier cannot reach this number from yours",
    21614: "this is not a mobile number",
    21617: "the text is too long for the carrier",
    21635: "this is a landline",
    30001: "too many texts wait at the carrier",
    30002: "your account at the carrier is suspended",
    30003: "phone off or out of reach",
    30004: "the homeowner or their carrier blocks texts from this number",
    30005: "no phone has this number",
    30006: "this is a landline",
    30007: "the carrier took it for spam",
    30008: "the carrier did not say why",
    30022: "too many texts at once for your registration",
    30023: "your registration's texts for today are used up",
    30027: "T-Mobile's texts for today are used up",
    30032: "your toll-free number is not verified yet",
    30034: "your number is not registered for texting yet",
}
"""They fit behind "Not sent:" and "Not delivered:"."""

_TOKEN: Final = "Enter the account's present auth token under Settings, Carrier accounts"  # noqa: S105 -- words for people
TO_DO: Final[dict[int, str]] = {
    20003: _TOKEN,
    21212: "Check in Twilio's console that this number is yours and in the account named in Settings, Carrier accounts",
    21408: "In Twilio's console open Messaging, Settings, Geo permissions, and tick the country",
    21606: "Check in Twilio's console that this number can send texts and is in the account named in Settings, Carrier accounts",
    21612: "Ask Twilio's support why this number cannot text the other, or use another of your numbers",
    30002: "Sign in to Twilio's console: it says why the account is suspended and how to open it again",
    30032: "In Twilio's console open Phone numbers, Toll-free verification, and have the number verified",
    30034: "In Twilio's console register your business for texting (A2P 10DLC) and add this number to the campaign",
    30007: "Change the words: no links, no capitals, nothing that reads like an advertisement, and your shop's name first",
    21617: "Make the words shorter than 1600 characters",
}


def in_words(code: int | None, *, http_status: int | None = None) -> str:
    """For people."""
    if code is None:
        return "the carrier is too busy" if http_status == TOO_MANY_REQUESTS else "the carrier did not take it"
    return WORDS.get(code, f"the carrier refused it (code {code})")


def what_to_do(code: int | None) -> str:
    """For the owner, after a stop; without a code the carrier refused the account's password."""
    return TO_DO.get(code or 20003, _TOKEN)


def dead_end(told: str, *, code: int | None) -> str:
    """Why a text goes no further, and what the office does then; whoever asked for no texts is left alone."""
    return told if error_class(code) == "opted_out" else f"{told}. Call instead"

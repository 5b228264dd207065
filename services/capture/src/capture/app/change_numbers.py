"""Tracked numbers: added, changed, taken away."""

from collections.abc import Mapping
from typing import Any, Final, get_args

import msgspec

from capture.app.change_settings import NotAccepted, UnknownShop
from capture.app.shop_file import ShopFileError, phone
from capture.app.shop_state import ShopState
from contracts.organizations import AnswerRule, NumberMode, OrganizationChanged, RegistrationState, TrackedNumber

LONGEST_LABEL: Final = 40
VOICEMAIL: Final[Mapping[str, bool | None]] = {"by_mode": None, "yes": True, "no": False}
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "mode": get_args(NumberMode),
    "answer": get_args(AnswerRule),
    "voicemail": tuple(VOICEMAIL),
    "brand": get_args(RegistrationState),
    "campaign": get_args(RegistrationState),
}


def add_number(state: ShopState, typed: Mapping[str, str]) -> ShopState:
    """Fields `number`, `account` and those of `change_number`. Raises NotAccepted."""
    try:
        number = phone(typed.get("number", ""), what="number")
    except ShopFileError:
        raise NotAccepted({"number": "Not a phone number such as (312) 555-0123."}) from None
    if number == state.snapshot.office_line:
        raise NotAccepted({"number": "That is the line which rings in the shop. A tracked number is another one."})
    account = _account(state.snapshot, typed.get("account", ""))
    known = next((each for each in state.snapshot.numbers if each.number == number), None)
    begun = TrackedNumber(number=number, provider=account[0], account=account[1])
    wanted = _changed(state, begun, typed)
    if known is not None and known != wanted:
        raise NotAccepted({"number": "This number is in the list already. Change it there."})
    return state if known else _with(state, (*state.snapshot.numbers, wanted))


def change_number(state: ShopState, number: str, typed: Mapping[str, str]) -> ShopState:
    """Fields `label`, `mode`, `answer`, `voicemail`, `brand`, `campaign`; what is not there stays. Raises NotAccepted, UnknownShop."""
    known = number_of(state.snapshot, number)
    wanted = _changed(state, known, typed)
    return _with(state, tuple(wanted if each is known else each for each in state.snapshot.numbers))


def remove_number(state: ShopState, number: str) -> ShopState:
    """Texts that still wait to leave from it are suppressed by their own rule. Gone already is as good as gone."""
    return _with(state, tuple(each for each in state.snapshot.numbers if each.number != number))


def number_of(shop: OrganizationChanged, number: str) -> TrackedNumber:
    """Raises UnknownShop for another shop's as for nobody's."""
    found = next((each for each in shop.numbers if each.number == number), None)
    if found is None:
        raise UnknownShop(number)
    return found


def _changed(state: ShopState, number: TrackedNumber, typed: Mapping[str, str]) -> TrackedNumber:
    errors = {
        field: "Choose one of these."
        for field, choices in CHOICES.items()
        if field in typed and typed[field] not in choices
    }
    label = " ".join(typed.get("label", number.label).split())
    if len(label) > LONGEST_LABEL:
        errors["label"] = f"At most {LONGEST_LABEL} characters."
    if typed.get("mode", number.mode) == "ring" and state.snapshot.office_line is None:
        errors["mode"] = "To ring the shop first, say under “Shop” which line rings there."
    if errors:
        raise NotAccepted(errors)
    changes: dict[str, Any] = {name: typed[name] for name in CHOICES if name in typed}
    if "voicemail" in changes:
        changes["voicemail"] = VOICEMAIL[changes["voicemail"]]
    return msgspec.structs.replace(number, label=label, **changes)


def _account(shop: OrganizationChanged, text: str) -> tuple[str, str]:
    held = {f"{each.kind} {each.account}": (each.kind, each.account) for each in shop.providers}
    if not held:
        raise NotAccepted({"account": "First add the account at the carrier that this number is registered with."})
    if not text and len(held) == 1:
        return next(iter(held.values()))
    if text not in held:
        raise NotAccepted({"account": "Choose the account that this number is registered with."})
    return held[text]


def _with(state: ShopState, numbers: tuple[TrackedNumber, ...]) -> ShopState:
    return state._replace(snapshot=msgspec.structs.replace(state.snapshot, numbers=numbers))

"""The file that `capture apply` takes: every key checked, each problem with its place and what would be right."""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
import phonenumbers
import yaml
from msgspec import UNSET, UnsetType

from contracts.organizations import (
    AfterHours,
    AnswerRule,
    AtNight,
    AutomationMode,
    Keywords,
    MissedReason,
    NumberMode,
    OutsideHours,
    Role,
    Span,
    Weekday,
)

T = TypeVar("T")
TIME_SPAN: Final = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")
DAY_MINUTES: Final = 24 * 60
MOST_SECRETS: Final = 2

Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$")]
State = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
AccountId = Annotated[str, msgspec.Meta(min_length=2, max_length=64)]
WebAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/?#]+/?$")]


class ShopFileError(Exception):
    """One sentence that names the place and the problem."""


class Part(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A piece of the file: what is not there stays as it is."""

    @property
    def given(self) -> dict[str, Any]:
        """The keys that are present."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}


class FirstReplyPart(Part):
    window_hours: Annotated[int, msgspec.Meta(ge=1, le=72)] | UnsetType = UNSET
    after_hours: AfterHours | UnsetType = UNSET
    at_night: AtNight | UnsetType = UNSET
    useful_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] | UnsetType = UNSET


class WhileClosedPart(Part):
    response: OutsideHours | UnsetType = UNSET
    follow_up: OutsideHours | UnsetType = UNSET


class ClosurePart(Part, rename={"first_day": "from", "last_day": "to"}):
    name: Words
    first_day: date
    last_day: date


class SigningKeyPart(Part):
    id: Words
    secret: Secret


class ProviderPart(Part):
    """`secrets`: the first is used to send, both verify."""

    kind: Literal["twilio"]
    account: AccountId
    secrets: Annotated[list[Secret], msgspec.Meta(min_length=1, max_length=MOST_SECRETS)]
    signing_keys: list[SigningKeyPart] = []
    keywords: Keywords = "provider"
    api: WebAddress | None = None


class NumberPart(Part):
    """`provider` and, where a shop has several accounts there, `account` are needed for a new number only."""

    number: str
    provider: str | UnsetType = UNSET
    account: AccountId | UnsetType = UNSET
    mode: NumberMode | UnsetType = UNSET
    answer: AnswerRule | UnsetType = UNSET
    voicemail: bool | UnsetType | None = UNSET
    segments_per_second: Annotated[float, msgspec.Meta(gt=0, le=1000)] | UnsetType | None = UNSET


class MemberPart(Part):
    """`name` and `role` are needed for a new member only, whose password counts."""

    email: Annotated[str, msgspec.Meta(pattern=r"^\s*[^@\s]+@[^@\s]+\s*$", max_length=254)]
    name: Words | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    password: Secret | UnsetType | None = UNSET

    @property
    def address(self) -> str:
        return self.email.strip().lower()


class TechnicianPart(Part):
    name: Words
    hours: dict[Weekday, list[str]] | UnsetType = UNSET


class BillingPart(Part):
    """`grace_days`: how long automation goes on while a payment is past due."""

    stripe_customer: Annotated[str, msgspec.Meta(pattern=r"^cus_[A-Za-z0-9]+$")]
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=60)] | UnsetType = UNSET


class ShopFile(Part):
    """Only the keys that are present change anything; lists replace, but members, numbers and technicians are added or updated."""

    organization: Slug
    name: Words | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    state: State | UnsetType | None = UNSET
    office_line: str | UnsetType | None = UNSET
    ring_seconds: Annotated[int, msgspec.Meta(ge=10, le=20)] | UnsetType = UNSET
    missed_when: list[MissedReason] | UnsetType = UNSET
    hours: dict[Weekday, list[str]] | UnsetType = UNSET
    closures: list[ClosurePart] | UnsetType = UNSET
    automation: AutomationMode | UnsetType = UNSET
    first_reply: FirstReplyPart | UnsetType = UNSET
    while_closed: WhileClosedPart | UnsetType = UNSET
    silent_days: Annotated[int, msgspec.Meta(ge=1, le=365)] | UnsetType = UNSET
    providers: list[ProviderPart] | UnsetType = UNSET
    numbers: list[NumberPart] | UnsetType = UNSET
    members: list[MemberPart] | UnsetType = UNSET
    billing: BillingPart | UnsetType | None = UNSET
    technicians: list[TechnicianPart] | UnsetType = UNSET


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice: one of the two would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's own signature
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(text: str) -> ShopFile:
    """Raises ShopFileError."""
    try:
        content: Any = yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader, and stricter
    except yaml.MarkedYAMLError as error:
        place = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ShopFileError(f"this is not YAML{place}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ShopFileError("this is not YAML: a character that may not stand there") from error
    if not isinstance(content, dict):
        raise ShopFileError("this is no shop file: it has no keys such as `organization: northside`")
    try:
        return msgspec.convert(content, ShopFile, strict=True)
    except msgspec.ValidationError as error:
        raise ShopFileError(_readable(str(error))) from error


def present(value: list[T] | UnsetType) -> list[T]:
    """The items of a list that may not be there."""
    return [] if isinstance(value, UnsetType) else value


def spans(hours: dict[Weekday, list[str]], *, what: str = "hours") -> dict[Weekday, tuple[Span, ...]]:
    """`08:00-12:00` as minutes; a day's spans in order and apart. Raises ShopFileError."""
    return {
        day: _apart(f"{what} of {day}", sorted((_span(f"{what} of {day}", text) for text in texts), key=_start))
        for day, texts in hours.items()
    }


def phone(text: str, *, what: str) -> str:
    """A possible number as E.164; one without a country is of the United States. Raises ShopFileError."""
    try:
        parsed = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise ShopFileError(f"{what}: {text!r} is not a phone number such as +13125550123")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _start(span: Span) -> int:
    return span.start


def _span(what: str, text: str) -> Span:
    found = TIME_SPAN.match(text)
    if found is None:
        raise ShopFileError(f"{what}: {text!r} is not like 08:00-17:00")
    first_hour, first_minute, last_hour, last_minute = map(int, found.groups())
    start, end = first_hour * 60 + first_minute, last_hour * 60 + last_minute
    if not start < end <= DAY_MINUTES:
        raise ShopFileError(f"{what}: {text!r} does not end after it starts, within one day")
    return Span(start=start, end=end)


def _apart(what: str, ordered: list[Span]) -> tuple[Span, ...]:
    for earlier, later in pairwise(ordered):
        if later.start < earlier.end:
            raise ShopFileError(f"{what}: two spans overlap")
    return tuple(ordered)


def _readable(told: str) -> str:
    """The sentence of msgspec with the place first: `Expected `int`, got `str` - at `$.ring_seconds``."""
    sentence, separator, place = told.partition(" - at `$")
    if not separator:
        return sentence
    return f"{place.rstrip('`').lstrip('.') or 'the file'}: {sentence[:1].lower()}{sentence[1:]}"

"""Moments and phone numbers as staff read them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

NANP_DIGITS = 10


def told(moment: datetime, *, zone: str, now: datetime) -> str:
    """In the shop's zone: `9:41 AM` today, `Mon 4:02 PM` within a week, else `Nov 4, 6:12 PM`, with the year where it differs."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"  # noqa: PLR2004 -- noon
    if local.date() == today:
        return clock
    if abs(local.date() - today) < timedelta(days=6):
        return f"{local:%a} {clock}"
    return f"{day(local.date(), today=today)}, {clock}"


def day(moment: date, *, today: date) -> str:
    """`Nov 4`, or `Nov 4, 2025` in another year."""
    return f"{moment:%b} {moment.day}" + (f", {moment.year}" if moment.year != today.year else "")


def phone(number: str) -> str:
    """`(312) 555-0123`; a number of another country stays E.164."""
    digits = number.removeprefix("+1")
    if number.startswith("+1") and len(digits) == NANP_DIGITS:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number

"""Times and spans as people read them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK_DAYS = 6


def ago(span: timedelta) -> str:
    """`3 h`, `12 min`, `2 days`; less than a minute counts as one."""
    if span >= 2 * DAY:
        return f"{span // DAY} days"
    hours = span // timedelta(hours=1)
    return f"{hours} h" if hours else f"{max(1, span // timedelta(minutes=1))} min"


def clock_time(moment: datetime, *, zone: str) -> str:
    """`9:41 AM`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M %p}"


def coming_time(moment: datetime, *, zone: str, now: datetime) -> str:
    """`9:41 AM` up to the next such time, then `Mon 9:41 AM`, from a week on `Nov 4, 9:41 AM`."""
    time = clock_time(moment, zone=zone)
    if moment - now < DAY:
        return time
    local = moment.astimezone(ZoneInfo(zone))
    ahead = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    return f"{local:%a} {time}" if ahead <= WEEK_DAYS else f"{local:%b} {local.day}, {time}"


def date_words(moment: datetime, *, zone: str) -> str:
    """`Nov 4`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%b} {local.day}"

"""Where a homeowner may be: address and number, and the stricter of the two where they disagree."""

import collections
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
import zipcodes
from phonenumbers import geocoder

from chassis import ids
from contracts.organizations import OrganizationChanged
from messaging.app.area_codes import SPLIT, STATE_OF, STATES
from messaging.app.days_off import days_off
from messaging.app.places import where_is
from messaging.domain import quiet_hours
from messaging.domain.quiet_hours import Place

SHOP = OrganizationChanged(
    event_id=ids.new_id(), organization_id=ids.new_id(), occurred_at=datetime(2026, 11, 24, tzinfo=UTC), slug="northside", name="Northside",
    zone="America/Chicago", state="IL",
)  # fmt: skip
CHICAGO, MIAMI, AUSTIN = "+13125550142", "+13055550142", "+15125550142"

WHERE = [
    # number, postal code, places, words
    (CHICAGO, None, {("America/Chicago", "IL")}, "Illinois, by the number"),
    (CHICAGO, "60202", {("America/Chicago", "IL")}, "Illinois"),
    (MIAMI, "78701", {("America/Chicago", "TX"), ("America/New_York", "FL")}, "Texas (address) and Florida (number)"),
    (CHICAGO, "78701-1234", {("America/Chicago", "TX"), ("America/Chicago", "IL")}, "Texas (address) and Illinois (number)"),
    ("+18085550142", None, {("Pacific/Honolulu", "HI")}, "Hawaii, by the number"),
    ("+16025550142", None, {("America/Phoenix", "AZ")}, "Arizona, by the number"),
    ("+17875550142", None, {("America/Puerto_Rico", "PR")}, "Puerto Rico, by the number"),
    ("+16045550142", None, {("America/Vancouver", None)}, "Vancouver, by the number"),
    ("+12505550142", None, {("America/Vancouver", None), ("America/Edmonton", None)}, "Vancouver, by the number"),
    ("+18505550142", None, {("America/New_York", "FL"), ("America/Chicago", "FL")}, "Florida, by the number"),
    ("+12705550142", "42101", {("America/Chicago", "KY")}, "Kentucky"),
    ("+18005550142", None, {("America/Chicago", "IL")}, "Illinois, the shop's place"),
    ("+18005550142", "96813", {("Pacific/Honolulu", "HI")}, "Hawaii"),
    (CHICAGO, "00000", {("America/Chicago", "IL")}, "Illinois, by the number"),
    (CHICAGO, "09001", {("America/Chicago", "IL")}, "Illinois, by the number"),  # forces abroad
    (None, None, {("America/Chicago", "IL")}, "Illinois, the shop's place"),
    ("+442071838750", None, {("Europe/London", None)}, "London, by the number"),
]  # fmt: skip


def test_area_codes_lie_in_the_states_that_libphonenumber_names() -> None:
    def state(area_code: str) -> str | None:
        name = geocoder.description_for_number(phonenumbers.parse(f"+1{area_code}5550100"), "en").rpartition(", ")[2]
        return name if name in STATES.values() else STATES.get(name)

    asked = {str(code): state(str(code)) for code in range(200, 1000)}
    assert {code: found for code, found in asked.items() if found is not None} == STATE_OF


@pytest.mark.parametrize(("number", "postal_code", "places", "words"), WHERE)
def test_where_a_homeowner_may_be(
    number: str | None, postal_code: str | None, places: set[tuple[str, str | None]], words: str
) -> None:
    found = where_is(number=number, postal_code=postal_code, shop=SHOP)
    assert {(at.zone, at.state) for at in found.places} == places
    assert found.words == words
    assert found.disagree == ("(number)" in words)


def test_a_moment_must_be_allowed_at_the_address_and_where_the_number_is_from() -> None:
    found = where_is(number=MIAMI, postal_code="78701", shop=SHOP)
    florida_evening = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)  # 8:30 PM in Miami, 7:30 PM in Austin
    texan_morning = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)  # 8:30 AM in Austin, 9:30 AM in Miami
    for moment in (florida_evening, texan_morning):
        assert not quiet_hours.allowed(moment, places=found.places, holidays=frozenset())
    nine = quiet_hours.next_allowed(florida_evening, places=found.places, holidays=frozenset())
    assert nine.astimezone(ZoneInfo("America/Chicago")).hour == 9


def test_every_area_code_over_several_zones_has_them_all() -> None:
    """As postal codes of its state tell; one in fifty may be a neighbour's."""
    codes = zipcodes.filter_by(zip_code_type="STANDARD", active=True)
    seen = collections.Counter(
        (area, found["state"], found["timezone"]) for found in codes for area in found["area_codes"]
    )
    known = {area: where_is(number=f"+1{area}5550142", postal_code=None, shop=SHOP).places for area, _, _ in seen}
    of_state: collections.Counter[str] = collections.Counter()
    elsewhere: collections.Counter[str] = collections.Counter()
    for (area, state, zone), count in seen.items():
        if zone and state == known[area][0].state:
            of_state[area] += count
            elsewhere[area] += 0 if _clock(zone) in {_clock(at.zone) for at in known[area]} else count
    missing = {area for area, count in elsewhere.items() if count > max(3, of_state[area] / 50)}
    assert missing == {"865"}  # Knoxville, whose few Central codes lie beyond it
    assert len(SPLIT) > 30


def test_days_off_are_of_the_states_that_ask_for_them() -> None:
    utah, illinois = Place("America/Denver", "UT"), Place("America/Chicago", "IL")
    off = days_off([utah, illinois])
    assert ("UT", datetime(2027, 7, 24, tzinfo=UTC).date()) in off  # Pioneer Day
    assert {state for state, _ in off} == {"UT"}
    assert days_off([illinois]) == frozenset()
    alabama = days_off([Place("America/Chicago", "AL")])
    assert ("AL", datetime(2027, 4, 26, tzinfo=UTC).date()) in alabama  # Confederate Memorial Day


def _clock(zone: str) -> tuple[object, object]:
    """What the zone's clocks show in winter and in summer: many names, few clocks."""
    at = ZoneInfo(zone)
    return datetime(2027, 1, 15, tzinfo=at).utcoffset(), datetime(2027, 7, 15, tzinfo=at).utcoffset()

"""Who may change whom, what a password must be, how long a guesser waits: as tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.domain import passwords
from capture.domain.lock_out import FORGOTTEN, LONGEST_WAIT, failures_now, wait_after
from capture.domain.membership import (
    LAST_OWNER,
    MAY_NOT,
    NOT_ONESELF,
    ONLY_OWNERS,
    Colleague,
    why_not_invite,
    why_not_role,
    why_not_switch_off,
    why_not_touch,
)
from capture.web.visits import in_words

NORA, OLA = (Colleague(id=name, role="owner", active=True) for name in ("nora", "ola"))
SAM, JESS = Colleague(id="sam", role="admin", active=True), Colleague(id="jess", role="agent", active=True)
GONE = Colleague(id="gone", role="owner", active=False)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("actor", "target", "role", "members", "refused"),
    [
        (JESS, SAM, "agent", [NORA, SAM, JESS], MAY_NOT),
        (SAM, NORA, "agent", [NORA, OLA, SAM], ONLY_OWNERS),
        (SAM, JESS, "owner", [NORA, SAM, JESS], ONLY_OWNERS),
        (SAM, SAM, "owner", [NORA, SAM], ONLY_OWNERS),
        (NORA, NORA, "admin", [NORA, SAM], LAST_OWNER),
        (NORA, NORA, "admin", [NORA, GONE], LAST_OWNER),
        (NORA, NORA, "admin", [NORA, OLA], None),
        (NORA, OLA, "agent", [NORA, OLA], None),
        (NORA, NORA, "owner", [NORA], None),
        (SAM, JESS, "admin", [NORA, SAM, JESS], None),
        (NORA, JESS, "owner", [NORA, JESS], None),
    ],
)
def test_a_role_is_given_only_by_who_may(actor, target, role, members, refused):
    assert why_not_role(actor=actor, target=target, role=role, members=members) == refused


@pytest.mark.parametrize(
    ("actor", "target", "members", "refused"),
    [
        (JESS, SAM, [NORA, SAM, JESS], MAY_NOT),
        (SAM, NORA, [NORA, OLA, SAM], ONLY_OWNERS),
        (NORA, NORA, [NORA, GONE], LAST_OWNER),
        (NORA, NORA, [NORA, OLA], NOT_ONESELF),
        (SAM, SAM, [NORA, SAM], NOT_ONESELF),
        (OLA, NORA, [NORA, OLA], None),
        (SAM, JESS, [NORA, SAM, JESS], None),
    ],
)
def test_somebody_is_switched_off_only_by_who_may(actor, target, members, refused):
    assert why_not_switch_off(actor=actor, target=target, members=members) == refused


@pytest.mark.parametrize(("actor", "role", "refused"), [("agent", "agent", MAY_NOT), ("admin", "owner", ONLY_OWNERS), ("admin", "admin", None), ("owner", "owner", None)])  # fmt: skip
def test_an_invitation_gives_no_more_than_its_maker_may(actor, role, refused):
    assert why_not_invite(actor=actor, role=role) == refused


def test_links_and_sign_outs_follow_the_same_rule():
    assert (why_not_touch(actor=SAM, target=NORA), why_not_touch(actor=SAM, target=JESS)) == (ONLY_OWNERS, None)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "abababababab", "Password123", "nora@northside.example", "Nora Whitfield", "x" * 201])  # fmt: skip
def test_a_password_that_would_be_guessed_is_refused(password):
    assert passwords.why_not(password, email="nora@northside.example", name="Nora Whitfield")


def test_a_few_words_in_a_row_will_do():
    assert passwords.why_not("quiet furnace hums", email="nora@northside.example", name="Nora Whitfield") is None


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (1000, 3600)])  # fmt: skip
def test_a_guesser_waits_longer_with_each_failure_and_an_hour_at_most(failures, seconds):
    assert wait_after(failures).total_seconds() == seconds


@given(st.integers(min_value=0, max_value=10_000))
def test_the_wait_never_shrinks(failures):
    assert timedelta() <= wait_after(failures) <= wait_after(failures + 1) <= LONGEST_WAIT


def test_a_quiet_day_makes_failures_forgotten():
    assert failures_now(9, NOW, now=NOW + FORGOTTEN - timedelta(seconds=1)) == 9
    assert failures_now(9, NOW, now=NOW + FORGOTTEN) == 0


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "A browser"),
    ],
)  # fmt: skip
def test_a_device_is_told_in_words_that_its_owner_knows(agent, words):
    assert in_words(agent) == words

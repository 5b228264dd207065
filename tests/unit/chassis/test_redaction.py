import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.redaction import HIDDEN, clean, redact

DIGITS = st.integers(2_000_000_000, 9_999_999_999).map(str)
WRITTEN = [
    "+1{0}{1}{2}", "%2B1{0}{1}{2}", "+1 {0} {1} {2}", "+1 ({0}) {1}-{2}", "({0}) {1}-{2}", "({0}){1}{2}", "{0}-{1}-{2}", "{0}.{1}.{2}",
    "{0} {1} {2}", "1-{0}-{1}-{2}", "1{0}{1}{2}", "{0}{1}{2}", "tel:+1{0}{1}{2}", "{0}\u2011{1}\u2011{2}", "{0}\u00a0{1}\u00a0{2}",
]  # fmt: skip
AROUND = st.sampled_from(["", " ", ".", ",", "'", '"', "=", ":", "(", ")", "\n", "/", "-", "_", ";", "<", ">"])


@given(DIGITS, st.sampled_from(WRITTEN), AROUND, AROUND)
def test_a_phone_number_is_hidden_however_it_is_written(digits: str, written: str, before: str, after: str) -> None:
    number = written.format(digits[:3], digits[3:6], digits[6:])
    told = clean(f"call to {before}{number}{after} failed")
    assert digits[6:] not in told
    assert digits[3:6] not in told


@given(st.integers(10**7, 10**14), st.sampled_from(["+{}", "+44 {}", "%2B{}"]))
def test_numbers_of_other_countries_are_hidden(digits: int, written: str) -> None:
    assert str(digits) not in clean(f"call to {written.format(digits)} failed")


@pytest.mark.parametrize(
    "text",
    [
        "0192f0c1-2345-7890-8123-012345678901",
        "2026-11-24T14:24:40.922468Z",
        "took 12.345 s of 30",
        "http://127.0.0.1:42131 listens",
        "seq 1234567 of partition 11",
        "CA0123456789abcdef0123456789abcdef",
        "1732459200",
    ],
)
def test_ids_times_and_counts_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'duplicate key value violates unique constraint "x"\nDETAIL:  Key (number, body)=(5, no heat\nsince Monday) exists.',
        "invalid input for query argument $3: 'no heat\nsince Monday' (an integer is required)",
        'invalid input syntax for type uuid: "no heat since Monday"',
        "[SQL: INSERT]\n[parameters: ('no heat', 'since Monday')]",
    ],
)
def test_rows_and_values_that_a_database_repeats_are_hidden(text: str) -> None:
    told = clean(text + "\nThe above exception was the direct cause of the following exception:\nValueError")
    assert "heat" not in told
    assert "Monday" not in told
    assert told.endswith("ValueError"), "what follows them stays"


@pytest.mark.parametrize(
    "text",
    [
        """{'Body': 'no heat, don\\'t wait', 'seq': 1}""",
        """ConsumerRecord(topic='x', key=b'1', value=b'{"type":"text","body":"no heat"}', headers=())""",
        """{"customer_name" : "no heat"}""",
        """Text(body="no heat")""",
    ],
)
def test_values_beside_their_names_are_hidden(text: str) -> None:
    assert "heat" not in clean(text)


def test_passwords_and_queries_in_addresses_are_hidden() -> None:
    told = clean(
        "postgresql://capture:hunter2@db/capture and https://x.example/status?tag=abc&text=1 and /feed?key=s3cret"
    )
    assert told == f"postgresql://{HIDDEN}@db/capture and https://x.example/status?{HIDDEN} and /feed?{HIDDEN}"


def test_values_are_hidden_by_their_key_at_any_depth() -> None:
    line = {
        "event": "stored",
        "Body": "no heat",
        "from_number": "x",
        "X-Api_Token": "t",
        "facts": {"set-cookie": "c", "kept": 1, "list": [{"name": "Dana"}]},
        "raw": b"bytes",
        "count": 3,
    }
    told = redact(None, "info", dict(line))
    assert told["facts"] == {"set-cookie": HIDDEN, "kept": 1, "list": [{"name": HIDDEN}]}
    assert [told[key] for key in ("Body", "from_number", "X-Api_Token", "raw")] == [HIDDEN] * 4
    assert (told["event"], told["count"]) == ("stored", 3)


@given(st.text(max_size=2000))
def test_any_text_is_cleaned_quickly_and_twice_is_as_good_as_once(text: str) -> None:
    told = clean(text)
    assert clean(told) == told


def test_a_long_line_of_digits_takes_no_time() -> None:
    begun = time.perf_counter()
    clean("+1" + "2 " * 50_000)
    clean("DETAIL: " + "\nTraceback" * 20_000)
    assert time.perf_counter() - begun < 2

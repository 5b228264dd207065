"""The check that reads the logs of whole runs finds what it is there for."""

import pytest
from discretion import leaks

PRIVATE = ["My furnace is a private matter", "0123456789abcdef"]


@pytest.mark.parametrize(
    "line",
    [
        "info: sent to=+13125550142",
        "info: sent to=3125550142",
        "GET /x?From=%2B13125550142",
        "warning: heard 'My furnace is a private matter'",
        "error: signed with 0123456789abcdef",
        "info: request cookie=session-of-pat",
        '{"Cookie": ["session-of-pat"]}',
        "error: cannot reach postgresql://messaging_work:pa55@127.0.0.1/messaging",
    ],
)
def test_a_line_that_gives_somebody_away_is_found(line):
    assert leaks(f"info: started\n{line}\ninfo: stopped", private=PRIVATE) == [line]


def test_what_is_announced_to_the_person_who_started_it_is_no_log() -> None:
    announced = "ready http://localhost:1\nphone the carrier's: number +13125550123\nstop  Ctrl-C; data stays in x"
    assert leaks(f"{announced}\ninfo: heard +13125550142\n", private=[]) == ["info: heard +13125550142"]


@pytest.mark.parametrize(
    "line",
    [
        "info: listening url=http://127.0.0.1:30861",
        "[2026-11-25 22:05:22,312] INFO epoch 1764108322312 (kafka.server)",
        "info: request id=01a214bf-49b2-714f-890b-8b942b1b1203 milliseconds=3.125550142",
        "error: cannot reach postgresql://[hidden]@127.0.0.1 cookie=[hidden]",
    ],
)
def test_a_line_with_ids_and_figures_is_let_be(line):
    assert leaks(line, private=["STOP"]) == []

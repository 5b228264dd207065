"""The command of a service as people and scripts meet it: what it prints where, and how it ends."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from chassis import dead_letters
from chassis.database import Database
from chassis.records import Stored
from chassis.settings import DatabaseSettings

COMMAND = Path(__file__).with_name("sample_cli.py")
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]
CLOSED = "postgresql://a:b@127.0.0.1:1/none"


@pytest.fixture
def environment(addresses: DatabaseSettings, tmp_path: Path) -> dict[str, str]:
    named = {"OWNER": addresses.owner, "WEB": addresses.web, "WORK": addresses.work}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CALLSNARE")},  # noqa: TID251 -- the child's
        **{f"CALLSNARE_DATABASE_{role}": address for role, address in named.items()},
        "CALLSNARE_KAFKA": "127.0.0.1:1",
        "CALLSNARE_SECRET_KEY": "07" * 32,
        "CALLSNARE_DATA": str(tmp_path),
    }


@pytest.fixture
def command(sample_scripts: Path) -> list[str]:
    return [sys.executable, str(COMMAND), str(sample_scripts)]


@pytest.fixture
def run(command: list[str], environment: dict[str, str]) -> Run:
    def ran(*arguments: str, **more: str) -> Ran:
        return subprocess.run(
            [*command, *arguments], env={**environment, **more}, capture_output=True, text=True, timeout=60, check=False
        )

    return ran


def _one_sentence(ran: Ran) -> str:
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1, ran.stderr
    return ran.stderr


def test_without_settings_it_names_them_all(command: list[str], tmp_path: Path) -> None:
    ran = subprocess.run([*command, "serve"], env={}, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.count("is not set") == 5
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("verb", [["migrate"], ["republish"], ["dead-letters", "list"], ["serve"]])
def test_a_database_that_is_away_is_one_sentence(run: Run, verb: list[str]) -> None:
    away = {f"CALLSNARE_DATABASE_{role}": CLOSED for role in ("OWNER", "WEB", "WORK")}
    assert "sample cannot reach its database" in _one_sentence(run(*verb, **away))


@pytest.mark.parametrize(("old", "new"), [(":test@", ":wrong@"), ("/sample_", "/nothing_")])
def test_a_wrong_password_or_name_is_one_sentence(run: Run, addresses: DatabaseSettings, old: str, new: str) -> None:
    wrong = {
        "CALLSNARE_DATABASE_WORK": addresses.work.replace(old, new),
        "CALLSNARE_DATABASE_OWNER": addresses.owner.replace(old, new),
    }
    for verb in ("migrate", "republish"):
        told = _one_sentence(run(verb, **wrong))
        assert "sample may not use its database" in told


async def test_a_database_that_was_never_migrated_says_what_to_run(
    run: Run, postgres_superuser: str, addresses: DatabaseSettings
) -> None:
    connection = await asyncpg.connect(postgres_superuser)
    await connection.execute("CREATE DATABASE empty_for_cli OWNER sample_owner")
    empty = addresses.work.rpartition("/")[0] + "/empty_for_cli"
    ran = await asyncio.to_thread(
        run, "dead-letters", "list", CALLSNARE_DATABASE_WORK=empty, CALLSNARE_DATABASE_WEB=empty
    )
    await connection.execute("DROP DATABASE empty_for_cli WITH (FORCE)")
    await connection.close()
    assert "run `sample migrate`" in _one_sentence(ran)


def test_a_foreseen_refusal_is_its_own_sentence(run: Run) -> None:
    assert _one_sentence(run("stumble", "foreseen")) == "there is no organization 'x'\n"
    assert run("stumble", "exit").returncode == 3


def test_what_nobody_foresaw_goes_through_the_log(run: Run) -> None:
    ran = run("stumble", "otherwise")
    line, sentence = ran.stderr.splitlines()
    assert ran.returncode == 1
    assert "RuntimeError" in json.loads(line)["exception"]
    assert sentence.startswith("sample: something broke")
    assert "5550123" not in ran.stderr
    assert "no heat" not in ran.stderr


def test_migrating_twice_is_as_good_as_once(run: Run) -> None:
    assert [run("migrate").returncode for _ in range(2)] == [0, 0]


def test_republishing_says_how_many(run: Run) -> None:
    assert json.loads(run("republish").stdout)["republished"] >= 0


@pytest.fixture
async def dead_letter(database: Database) -> int:
    stored = Stored(
        key="k", topic="callsnare.inbound", partition=3, record_offset=7, event_id=None, type="x.v1", payload=b"{}", headers={}
    )  # fmt: skip
    async with database.work() as transaction:
        await dead_letters.bury(transaction, consumer="sample", record=stored, error="ValueError: x", tries=5)
    (letter,) = await dead_letters.list_dead_letters(database)
    return letter.id


def test_dead_letters_are_listed_tried_again_and_dropped(run: Run, dead_letter: int) -> None:
    listed = json.loads(run("dead-letters", "list").stdout)
    assert (listed["id"], listed["partition"], listed["record_offset"], listed["tries"]) == (dead_letter, 3, 7, 5)
    assert run("dead-letters", "retry", str(dead_letter)).returncode == 0
    assert run("dead-letters", "list").stdout == ""
    assert f"there is no dead letter {dead_letter}" in _one_sentence(run("dead-letters", "drop", str(dead_letter)))


def test_a_dead_letter_can_be_dropped(run: Run, dead_letter: int) -> None:
    assert run("dead-letters", "drop", str(dead_letter)).returncode == 0
    assert run("dead-letters", "list").stdout == ""


@pytest.mark.parametrize(("verb", "roles"), [("serve", ["web", "work"]), ("web", ["web"]), ("work", ["work"])])
async def test_it_serves_until_it_is_told_to_stop(
    command: list[str], environment: dict[str, str], verb: str, roles: list[str]
) -> None:
    running = await asyncio.create_subprocess_exec(
        *command, verb, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stderr is not None
    assert json.loads(await running.stdout.readline()) == {"roles": roles}
    lines = [json.loads(await running.stderr.readline()) for _ in range(2)]
    assert [line["event"] for line in lines] == ["listening", "started"]
    host, _, port = lines[0]["url"].removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"200"
    writer.close()
    running.send_signal(signal.SIGTERM)
    _, told = await asyncio.wait_for(running.communicate(), 10)
    assert running.returncode == 0
    assert json.loads(told.splitlines()[-1])["event"] == "stopped"


async def test_a_port_that_is_taken_is_one_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = await asyncio.to_thread(run, "serve", CALLSNARE_HTTP=f"127.0.0.1:{port}")
    assert ran.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on: another program uses that port" in ran.stderr.splitlines()[-1]

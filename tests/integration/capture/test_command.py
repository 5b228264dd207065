"""The command as people and scripts use it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from capture_service import ACCOUNT, NUMBER, shop_text
from typer.testing import CliRunner, Result

from capture.__main__ import app
from chassis.database import Database
from chassis.settings import DatabaseSettings

Run = Callable[..., Any]


@pytest.fixture
def run(addresses: DatabaseSettings, database: Database, tmp_path: Path) -> Run:
    """In a thread of its own, since a command runs its own event loop."""
    environment = {
        "CALLSNARE_DATABASE_OWNER": addresses.owner, "CALLSNARE_DATABASE_WEB": addresses.web, "CALLSNARE_DATABASE_WORK": addresses.work,
        "CALLSNARE_KAFKA": "127.0.0.1:1", "CALLSNARE_SECRET_KEY": "07" * 32, "CALLSNARE_DATA": str(tmp_path),
    }  # fmt: skip

    async def invoke(*arguments: str) -> Result:

        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=environment)

    return invoke


async def test_applying_prints_id_slug_and_version(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(shop_text())
    done = await run("apply", str(file))
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert set(printed) == {"id", "slug", "version"}
    assert (printed["slug"], printed["version"]) == ("northside", 1)
    again = await run("apply", str(file))
    assert json.loads(again.stdout) == printed


@pytest.mark.parametrize("text", [None, "organization: northside", "organisation: northside"])
async def test_a_bad_file_is_one_sentence_on_standard_error(run: Run, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "shop.yaml"
    if text is not None:
        file.write_text(text)
    done = await run("apply", str(file))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(str(file))
    assert done.stderr.count("\n") == 1


async def test_calls_are_json_lines(run: Run, tmp_path: Path, database: Database) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(shop_text())
    organization_id = json.loads((await run("apply", str(file))).stdout)["id"]
    await database.work_pool.execute(
        "INSERT INTO calls (call_id, organization_id, provider, provider_call_id, tracked_number, homeowner_id, homeowner_number, facts, outcome, told,"
        " started_at, ended_at) SELECT gen_random_uuid(), $1::uuid, 'twilio', 'CA' || n, $2, gen_random_uuid(), CASE n WHEN 1 THEN '+13125550199' END, '{}',"
        " 'missed', '{missed}', now() + n * interval '1 s', now() + n * interval '2 s' FROM generate_series(1, 2) n",
        organization_id,
        NUMBER,
    )
    done = await run("calls", "--organization", "northside")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["provider_call_id"] for each in lines] == ["CA1", "CA2"]
    assert [each["from"] for each in lines] == ["+13125550199", "hidden"]
    assert list(lines[0]) == ["id", "provider_call_id", "from", "to", "outcome", "started_at", "ended_at"]
    assert (lines[0]["to"], lines[0]["outcome"]) == (NUMBER, "missed")


async def test_calls_of_a_shop_that_is_not_there(run: Run) -> None:
    done = await run("calls", "--organization", "nowhere")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nowhere" in done.stderr


async def test_republishing_tells_every_shop_as_it_is(run: Run, tmp_path: Path, database: Database) -> None:
    for slug, number in (("northside", NUMBER), ("southside", "+13125550124")):
        file = tmp_path / f"{slug}.yaml"
        file.write_text(shop_text(slug=slug, number=number, account=ACCOUNT))
        await run("apply", str(file))
    await database.work_pool.execute("DELETE FROM outbox")
    done = await run("republish")
    assert json.loads(done.stdout) == {"republished": 2}
    types = await database.work_pool.fetch("SELECT type FROM outbox")
    assert [row["type"] for row in types] == ["organization.changed.v1"] * 2


async def test_a_credit_is_owed_once_and_waits_for_stripe(run: Run, tmp_path: Path, database: Database) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(shop_text())
    await run("apply", str(file))
    wanted = ("credit", "--organization", "northside", "--reason", "Guarantee")
    done = await run(*wanted)
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert (printed["state"], printed["amount_cents"]) == ("owed", None)
    again = await run(*wanted, "--key", printed["id"])
    assert json.loads(again.stdout) == printed
    assert await database.work_pool.fetchval("SELECT count(*) FROM credits") == 1
    assert (await run("credit", "--organization", "nobody", "--reason", "x")).exit_code == 1

"""The embedded Postgres on its bad days."""

import os
import socket
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
import pytest

from laptop import engine, postgres, process, roles
from laptop.errors import LaptopError
from laptop.folders import read_json
from laptop.postgres import EmbeddedPostgres
from laptop.process import Identity, Program
from laptop.settings import environment

LAUNCHER = """
import signal
from pathlib import Path
from laptop.postgres import EmbeddedPostgres
from laptop.settings import environment
server = EmbeddedPostgres(folder=Path({folder!r}), environment=environment())
server.start()
print(server.process.pid, flush=True)
signal.pause()
"""


async def value(server: EmbeddedPostgres, query: str, *arguments: object) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def test_what_was_committed_survives_a_kill_on_the_same_port(own_postgres: EmbeddedPostgres) -> None:
    before = own_postgres.dsn()
    assert await value(own_postgres, "SHOW fsync") == "on"
    await value(own_postgres, "CREATE TABLE IF NOT EXISTS kept (number int)")
    await value(own_postgres, "INSERT INTO kept VALUES (7)")
    own_postgres.kill()
    await own_postgres.bring_up()
    assert own_postgres.dsn() == before
    assert await value(own_postgres, "SELECT number FROM kept") == 7


async def test_a_postmaster_killed_alone_is_not_doubled_while_its_children_live(own_postgres: EmbeddedPostgres) -> None:
    assert own_postgres.process is not None
    children = psutil.Process(own_postgres.process.pid).children(recursive=True)
    own_postgres.process.kill()
    own_postgres.process.wait()
    await own_postgres.bring_up()
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert await value(own_postgres, "SELECT 1") == 1


def test_a_second_server_on_the_same_folder_is_refused(
    own_postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_SECONDS", 0.1)
    second = EmbeddedPostgres(folder=own_postgres.folder, environment=environment())
    with pytest.raises(LaptopError, match=r"another Postgres is running on .*; stop it first"):
        second.start()


def test_a_stale_pid_file_that_names_a_living_process_does_no_harm(own_postgres: EmbeddedPostgres) -> None:
    own_postgres.kill()
    (own_postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{own_postgres.data}\n1\n1\n\n\n\nready\n")
    own_postgres.start()


async def test_a_start_killed_while_creating_the_data_folder_is_simply_repeated(tmp_path: Path) -> None:
    half = tmp_path / "initializing"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(folder=tmp_path, environment=environment())
    server.start()
    try:
        assert await value(server, "SELECT 1") == 1
        assert not half.exists()
    finally:
        server.stop()


def test_a_port_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    server = EmbeddedPostgres(folder=tmp_path, environment=environment())
    server.start()
    server.stop()
    port = read_json(path=tmp_path / "ports.json")["postgres"]
    with socket.create_server(("127.0.0.1", port)):
        again = EmbeddedPostgres(folder=tmp_path, environment=environment())
        again.start()
        again.stop()
    assert read_json(path=tmp_path / "ports.json")["postgres"] != port


def test_a_killed_launcher_takes_the_server_with_it(
    launch: Callable[[str], "object"],
    tmp_path: Path,
    wait_for: Callable[[Callable[[], object]], None],
    is_alive: Callable[[int], bool],
) -> None:
    launcher = launch(LAUNCHER.format(folder=str(tmp_path)))
    server = int(launcher.stdout.readline())  # type: ignore[attr-defined]
    family = [server, *(child.pid for child in psutil.Process(server).children(recursive=True))]
    launcher.kill()  # type: ignore[attr-defined]
    wait_for(lambda: not any(map(is_alive, family)))


async def test_nobody_gets_in_without_the_password_which_only_the_owner_can_read(
    own_postgres: EmbeddedPostgres,
) -> None:
    assert stat.S_IMODE((own_postgres.folder / "superuser").stat().st_mode) == 0o600
    place = own_postgres.dsn().rpartition("@")[2]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:guess@{place}")


async def test_a_service_gets_into_its_own_database_alone(own_postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    secrets_of = roles.passwords(path=tmp_path / "roles.json")
    for _ in range(2):  # safe to repeat
        await roles.ensure(superuser=own_postgres.dsn(), secrets_of=secrets_of)
    databases = roles.addresses(superuser=own_postgres.dsn(), secrets_of=secrets_of)
    connection = await asyncpg.connect(databases["booking"].web)
    rights = await connection.fetchrow("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    await connection.close()
    assert rights is not None
    assert tuple(rights) == (False, False)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(databases["booking"].web.removesuffix("booking") + "capture")
    owner = await asyncpg.connect(databases["booking"].owner)
    await owner.execute("CREATE TABLE IF NOT EXISTS visit (id int)")
    await owner.close()


async def test_a_failing_statement_leaves_no_word_of_it_in_the_log(own_postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(own_postgres.dsn())
    await connection.execute("CREATE TABLE IF NOT EXISTS phone (number text PRIMARY KEY)")
    await connection.execute("INSERT INTO phone VALUES ($1) ON CONFLICT DO NOTHING", "+13125550177")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO phone VALUES ('+13125550177')")
    await connection.close()
    assert "duplicate key" in own_postgres.log_file.read_text()
    assert "3125550177" not in own_postgres.log_file.read_text()


def query(server: EmbeddedPostgres) -> Program:
    argv = [str(postgres.binaries() / "psql"), "-At", "-c", "SELECT 1", server.dsn()]
    return Program(name="psql", argv=argv, environment=environment())


@pytest.mark.skipif(
    os.geteuid() != 0 or not sys.platform.startswith("linux"), reason="only root can become another user"
)
def test_as_root_without_user_namespaces_it_runs_as_an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_who", lambda _: Identity(uid=postgres.ORDINARY))
    with tempfile.TemporaryDirectory(prefix="callsnare-tests-") as folder:
        closed = Path(folder) / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(LaptopError, match=r"who may not enter .*/closed: set CALLSNARE_DATA"):
            EmbeddedPostgres(folder=closed / "postgres", environment=environment()).start()
        parent = Path(folder)
        parent.chmod(0o711)
        server = EmbeddedPostgres(folder=parent / "postgres", environment=environment())
        server.start()
        try:
            assert server.process is not None
            assert psutil.Process(server.process.pid).uids().real == postgres.ORDINARY
            assert process.output_of(program=query(server))[1].strip() == "1"
        finally:
            server.stop()
        assert stat.S_IMODE(parent.stat().st_mode) == 0o711
        assert parent.stat().st_uid == 0

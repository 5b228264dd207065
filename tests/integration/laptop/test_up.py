"""`callsnare up` as a person and a script meet it: real engines and Caddy, stand-ins for the services."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from contracts.topics import SERVICES
from laptop.folders import read_json
from laptop.postgres import EmbeddedPostgres
from laptop.settings import environment

STAND_IN = Path(__file__).parent / "stand_ins" / "service.py"
CALLSNARE = [sys.executable, "-m", "laptop"]


@dataclass
class Place:
    """A data folder, a port and stand-ins of the services' commands."""

    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        own = {"CALLSNARE_DATA": str(self.data), "CALLSNARE_PORT": str(self.port), "CALLSNARE_DEMO": "1"}
        others = {key: text for key, text in environment().items() if not key.startswith("CALLSNARE_")}
        return others | own | self.settings

    def callsnare(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*CALLSNARE, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def up(self) -> "subprocess.Popen[str]":
        """Returns once it has printed that it is ready."""
        command = [*CALLSNARE, "up", "--commands", str(self.folder / "bin")]
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("ready "):
                assert line == f"ready http://localhost:{self.port}\n"
                return process
        raise AssertionError("".join(said))

    def asked(self, path: str, *, accept: str) -> tuple[int, str, str]:
        """Status, content type and body of the front door's answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept": accept})
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()

    def health(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}


def end(process: "subprocess.Popen[str]", number: int) -> str:
    process.send_signal(number)
    rest, _ = process.communicate(timeout=60)
    return rest


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("up")
    (folder / "bin").mkdir()
    for name in (*SERVICES, "carrier"):
        command = folder / "bin" / name
        command.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-S", str(STAND_IN), name])} "$@"\n')
        command.chmod(0o755)
    return Place(folder, free_port())


@pytest.fixture(scope="module")
def stack(place: Place, processes_of: Callable[[Path], list[int]]) -> Iterator["subprocess.Popen[str]"]:
    process = place.up()
    yield process
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    for pid in processes_of(place.folder):
        os.kill(pid, signal.SIGKILL)


def test_the_front_door_tells_the_state_of_all_five(stack: "subprocess.Popen[str]", place: Place) -> None:
    status, told = place.health()
    assert (status, told["status"]) == (200, "ok")
    assert set(told["parts"]) == set(SERVICES)


def test_paths_lead_to_their_service(stack: "subprocess.Popen[str]", place: Place) -> None:
    wanted = {
        "/api/twilio/voice/inbound": "capture",
        "/": "capture",
        "/sign-in": "capture",
        "/settings/members": "capture",
        "/inbox": "messaging",
        "/leads/3": "messaging",
        "/api/private/v1/bookings": "booking",
        "/calendar": "booking",
        "/proof/7.json": "proof",
        "/llms.txt": "proof",
        "/phone": "carrier",
        "/phone/": "carrier",
    }
    found = {}
    for path in wanted:
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}{path}", timeout=20) as answer:
            found[path] = json.load(answer)["name"]
    assert found == wanted


def test_an_address_that_leads_nowhere_is_a_page_for_people_and_a_problem_for_programs(
    stack: "subprocess.Popen[str]", place: Place
) -> None:
    status, kind, body = place.asked("/nothing", accept="application/json")
    assert (status, kind, json.loads(body)["status"]) == (404, "application/problem+json", 404)
    assert json.loads(place.asked("/metrics", accept="text/html")[2])["path"] == "/docs/nothing-here"


def test_a_service_that_is_away_is_a_sentence_for_people_and_a_problem_for_programs(
    stack: "subprocess.Popen[str]", place: Place, wait_for: Callable[[Callable[[], object]], None]
) -> None:
    (place.data / "hold").mkdir(exist_ok=True)
    mark = place.data / "hold" / "reminders"
    mark.touch()
    for each in psutil.Process(stack.pid).children():
        if "reminders" in each.cmdline():
            each.kill()
    wait_for(lambda: place.asked("/reminders", accept="text/html")[0] == 503)
    _, kind, body = place.asked("/reminders", accept="text/html,*/*")
    assert (kind, "Calls are still answered" in body) == ("text/html; charset=utf-8", True)
    status, kind, body = place.asked("/reminders", accept="*/*")
    assert (status, kind, json.loads(body)["status"]) == (503, "application/problem+json", 503)
    mark.unlink()
    wait_for(lambda: place.asked("/reminders", accept="*/*")[0] == 200)


def test_commands_find_the_stack_by_a_file_that_only_its_owner_reads(
    stack: "subprocess.Popen[str]", place: Place
) -> None:
    path = place.data / "connections.json"
    facts = json.loads(path.read_text())
    assert path.stat().st_mode & 0o777 == (place.data / "log").stat().st_mode & 0o777 == 0o600
    assert facts["front_door"] == f"http://localhost:{place.port}"
    assert set(facts["services"]) == set(facts["postgres"]["databases"]) == set(SERVICES)
    assert set(facts["postgres"]["roles"]["capture"]) == {"owner", "web", "work"}
    assert facts["supervisor_pid"] == stack.pid


def test_a_second_start_says_where_it_is_running_and_reset_is_refused(
    stack: "subprocess.Popen[str]", place: Place
) -> None:
    second = place.callsnare("up")
    assert second.stdout == f"already running at http://localhost:{place.port} (process {stack.pid})\n"
    refused = place.callsnare("reset")
    assert (refused.returncode, "is running; stop it first" in refused.stderr) == (1, True)


@pytest.mark.parametrize("name", ["messaging", "postgres", "kafka.Kafka", "caddy"])
def test_whatever_is_killed_comes_back(
    name: str, stack: "subprocess.Popen[str]", place: Place, wait_for: Callable[[Callable[[], object]], None]
) -> None:
    def child() -> psutil.Process | None:
        try:
            family = [each for each in psutil.Process(stack.pid).children() if each.status() != psutil.STATUS_ZOMBIE]
            return next((each for each in family if name in " ".join(each.cmdline())), None)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):  # it ended as we looked
            return None

    victim = child()
    assert victim is not None
    victim.kill()
    wait_for(lambda: (now := child()) is not None and now.pid != victim.pid)
    wait_for(lambda: place.health()[0] == 200)


def test_a_kill_of_the_supervisor_leaves_no_orphan_and_the_next_start_simply_works(
    stack: "subprocess.Popen[str]",
    place: Place,
    wait_for: Callable[[Callable[[], object]], None],
    is_alive: Callable[[int], bool],
) -> None:
    family = [each.pid for each in psutil.Process(stack.pid).children(recursive=True)]
    assert len(family) > 9
    stack.kill()
    wait_for(lambda: not any(map(is_alive, family)))
    ports = read_json(path=place.data / "ports.json")
    again = place.up()
    assert place.health()[0] == 200
    assert read_json(path=place.data / "ports.json") == ports
    family = [each.pid for each in psutil.Process(again.pid).children(recursive=True)]
    rest = end(again, signal.SIGINT)
    assert again.returncode == 0
    assert rest.endswith("stopped\n")
    assert not any(map(is_alive, family))


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = Place(tmp_path, port).callsnare("up")
    assert refused.returncode == 1
    assert refused.stderr == (
        f"callsnare: port {port} is taken by another program: "
        f"stop it, or choose another port: CALLSNARE_PORT={port + 1} make up\n"
    )


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_a_port_taken_on_the_other_localhost_is_named_as_well(tmp_path: Path) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        refused = Place(tmp_path, other.getsockname()[1]).callsnare("up")
    assert (refused.returncode, "is taken by another program" in refused.stderr) == (1, True)


def test_with_engines_of_ones_own_none_is_started(
    place: Place, tmp_path: Path, own_postgres: EmbeddedPostgres, kafka: str
) -> None:
    own = Place(tmp_path, free_port(), {"CALLSNARE_POSTGRES": own_postgres.dsn(), "CALLSNARE_KAFKA": kafka})
    (tmp_path / "bin").symlink_to(place.folder / "bin")
    process = own.up()
    names = [" ".join(each.cmdline()) for each in psutil.Process(process.pid).children()]
    end(process, signal.SIGTERM)
    assert len(names) == len(SERVICES) + 3
    assert not (own.data / "postgres").exists()
    assert not (own.data / "kafka").exists()


def test_an_engine_of_ones_own_that_is_not_there_is_named(tmp_path: Path, kafka: str) -> None:
    settings = {"CALLSNARE_POSTGRES": "postgresql://me:word@127.0.0.1:1/postgres", "CALLSNARE_KAFKA": kafka}
    refused = Place(tmp_path, free_port(), settings).callsnare("up")
    assert refused.returncode == 1
    assert "look at CALLSNARE_POSTGRES" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_ctrl_c_in_mid_start_stops_what_was_started(
    tmp_path: Path,
    wait_for: Callable[[Callable[[], object]], None],
    processes_of: Callable[[Path], list[int]],
) -> None:
    process = subprocess.Popen(
        [*CALLSNARE, "up"], env=Place(tmp_path, free_port()).environment, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: processes_of(tmp_path))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    wait_for(lambda: not processes_of(tmp_path))


def test_it_ends_with_the_make_that_started_it(
    tmp_path: Path,
    wait_for: Callable[[Callable[[], object]], None],
    processes_of: Callable[[Path], list[int]],
) -> None:
    command = shlex.join([*CALLSNARE, "up", "--with-parent", "--commands", str(tmp_path)])
    make = subprocess.Popen(
        ["sh", "-c", f"{command}; exit"], env=Place(tmp_path, free_port()).environment, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: processes_of(tmp_path / "data"))
    make.kill()
    make.wait()
    wait_for(lambda: not processes_of(tmp_path))

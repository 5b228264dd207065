"""Ports that stay."""

import socket
from pathlib import Path

from laptop import ports


def test_ports_stay_between_starts(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = ports.kept(path=path, names=("broker", "controller"))
    assert ports.kept(path=path, names=("broker", "controller")) == first
    assert len(set(first.values())) == 2


def test_a_port_that_somebody_took_is_replaced_and_the_other_stays(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = ports.kept(path=path, names=("broker", "controller"))
    with socket.create_server((ports.LOOPBACK, first["broker"])):
        second = ports.kept(path=path, names=("broker", "controller"))
    assert second["broker"] != first["broker"]
    assert second["controller"] == first["controller"]


def test_a_damaged_file_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    path.write_text('{"broker": 20')
    assert ports.kept(path=path, names=("broker",))["broker"] >= ports.FIRST


def test_ports_lie_below_those_that_outgoing_connections_borrow(tmp_path: Path) -> None:
    names = tuple(f"part {number}" for number in range(50))
    with socket.create_server((ports.LOOPBACK, 0)) as borrowed:
        assert max(ports.kept(path=tmp_path / "ports.json", names=names).values()) < borrowed.getsockname()[1]

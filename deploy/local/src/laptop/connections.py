"""Facts that commands and tests need to find the running stack; written before anything of ours is started."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from laptop.folders import write_json
from laptop.roles import ServiceDatabase

FILE = "connections.json"


@dataclass(frozen=True, kw_only=True)
class Connections:
    """Where everything is. The file is mode 600: it holds passwords."""

    front_door: str
    public_url: str
    instance: str
    supervisor_pid: int
    carrier: str
    services: Mapping[str, str]
    kafka: str
    superuser: str
    databases: Mapping[str, ServiceDatabase]
    provider_hosts: tuple[str, ...]
    clock: str | None

    def write(self, *, data: Path) -> None:
        write_json(path=data / FILE, value=self._fields())

    def _fields(self) -> dict[str, Any]:
        fields = asdict(self)
        roles = fields.pop("databases")
        fields["postgres"] = {
            "superuser": fields.pop("superuser"),
            "databases": {service: addresses.pop("superuser") for service, addresses in roles.items()},
            "roles": roles,
        }
        return fields

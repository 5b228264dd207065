"""The demo shop: a file for `capture apply`, with this machine's carrier account filled in."""

import secrets
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from string import Template

from laptop.folders import read_json, write_json, write_whole

NUMBER = "+13125550123"


@dataclass(frozen=True, kw_only=True)
class DemoShop:
    """What was made up for this data folder: the carrier's account and the owner's way in."""

    account: str
    secret: str
    owner_email: str
    owner_password: str


def load_or_create(*, data: Path) -> DemoShop:
    path = data / "demo.json"
    known = read_json(path=path)
    if isinstance(known, dict) and set(known) == set(DemoShop.__dataclass_fields__):
        return DemoShop(**known)
    shop = DemoShop(
        account=f"AC{secrets.token_hex(16)}",
        secret=secrets.token_hex(16),
        owner_email="owner@northside.example",
        owner_password=secrets.token_urlsafe(9),
    )
    write_json(path=path, value=asdict(shop))
    return shop


def write_shop_file(*, data: Path, shop: DemoShop, carrier: str) -> Path:
    """The template with its blanks filled; mode 600, since it holds the account's secret."""
    template = Template(resources.files("laptop").joinpath("demo.yaml").read_text())
    path = data / "demo.yaml"
    write_whole(path=path, text=template.substitute(asdict(shop), carrier=carrier, number=NUMBER))
    return path

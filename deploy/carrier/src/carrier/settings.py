"""What the stand-in carrier is told; the one place that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

DEFAULT_ACCOUNT: Final = "AC" + "0" * 32


class NumberFile(msgspec.Struct, frozen=True, kw_only=True):
    """A number of an account; addresses that are missing are the shop's own routes below the public base."""

    number: str
    voice_url: str | None = None
    voice_status_url: str | None = None
    sms_url: str | None = None
    keywords: str = "provider"


class AccountFile(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    secret: str
    numbers: tuple[NumberFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`public_base` is where callbacks go and what they are signed for."""

    host: str
    port: int
    public_base: str
    accounts: tuple[AccountFile, ...] = field(repr=False)
    instance: str
    clock_file: Path | None = None


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Raises ValueError with a sentence."""
    values = os.environ if environ is None else environ  # noqa: TID251 -- the one place
    host, _, port = values.get("CARRIER_HTTP", "127.0.0.1:9101").rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("CARRIER_HTTP is not host:port")
    try:
        accounts = msgspec.json.decode(values.get("CARRIER_ACCOUNTS", "[]"), type=tuple[AccountFile, ...])
    except msgspec.DecodeError as error:
        raise ValueError(f"CARRIER_ACCOUNTS is not a list of accounts: {error}") from error
    return Settings(
        host=host,
        port=int(port),
        public_base=values.get("CARRIER_PUBLIC_BASE", "http://localhost:8080").rstrip("/"),
        accounts=accounts,
        instance=values.get("CALLSNARE_INSTANCE", ""),
        clock_file=Path(values["CALLSNARE_CLOCK"]) if values.get("CALLSNARE_CLOCK") else None,
    )

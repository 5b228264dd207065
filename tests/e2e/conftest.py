"""Each story has a shop of its own on the running stack that all share."""

import itertools
import secrets
from collections.abc import Callable, Iterator

import pytest
from carrier_client import Shop
from discretion import discreet
from otlp_collector import Collector, collecting
from running_stack import RunningStack

_lines = itertools.count(1)


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Takes the traces of the running stack."""
    with collecting() as server:
        yield server


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[RunningStack]:
    """Shared by all stories here; its logs are read at the end."""
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
    with discreet(tmp_path_factory.mktemp("stack"), settings) as running:
        yield running


@pytest.fixture
def open_shop(stack: RunningStack, tmp_path) -> Callable[..., Shop]:
    """`open_shop(automation="preview")`: a shop with these keys changed."""

    def opened(*, keywords: str = "provider", **changes: object) -> Shop:
        line = f"+1312556{next(_lines):04d}"
        return Shop(stack, f"shop-{secrets.token_hex(4)}", line, keywords=keywords).open(tmp_path, **changes)

    return opened

"""Golden files: `python -m contracts.golden FOLDER` writes the schema of every event and the AsyncAPI document anew.

Tests compare them, so that a change of the wire is seen in review. Samples are written by hand and never by this.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from contracts.asyncapi import document
from contracts.base import Event
from contracts.registry import EVENTS


def schema(event: type[Event]) -> dict[str, Any]:
    """JSON Schema of one event with all that it refers to."""
    return msgspec.json.schema(event)


def written(value: Any) -> str:
    """As it lies in a golden file."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2).decode() + "\n"


def main() -> None:
    """Writes into `FOLDER/schemas` and `FOLDER/asyncapi.json`."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "contracts")
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for name, event in EVENTS.items():
        (folder / "schemas" / f"{name}.json").write_text(written(schema(event)))
    (folder / "asyncapi.json").write_text(written(document()))


if __name__ == "__main__":
    main()

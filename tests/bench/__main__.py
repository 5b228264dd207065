"""`make bench`: measures the main paths against floors of the same run, prints a table, writes JSON and the README's table.

`python tests/bench --small` runs all of it in little, to see that it still runs; its figures go nowhere but to the file.
"""

import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "support")]

import asyncpg  # noqa: E402
import backlog  # noqa: E402
import callbacks  # noqa: E402
import latency  # noqa: E402
import relaying  # noqa: E402
import report  # noqa: E402
from floors import Floors  # noqa: E402
from running_stack import RunningStack  # noqa: E402
from shop import Callbacks, shop_file  # noqa: E402
from sink import Sink  # noqa: E402
from stacks import Measured  # noqa: E402

RATES = ((1.0, 20, 1), (10.0, 200, 5), (100.0, 600, 3))
SMALL_RATES = ((1.0, 5, 1), (10.0, 40, 2), (100.0, 150, 1))
BACKLOG, SMALL_BACKLOG = (10_000, 3), (3_000, 1)
OUTBOX, SMALL_OUTBOX = (20_000, 5), (4_000, 2)
SETTINGS = {"CALLSNARE_LOG": "WARNING", "CALLSNARE_CAPTURE_VERIFIED_BURST": "100000"}
"""One account sends here what many do: its limit would be met before the machine's."""
ROOT = HERE.parents[1]
WRITTEN = ROOT / "artifacts" / "bench.json"


async def measure(measured: Measured, folder: Path, *, small: bool) -> dict[str, Any]:
    """All measurements, one after the other, on one stack."""
    sink = Sink()
    base = await sink.start()
    file = folder / "shop.yaml"
    file.write_text(shop_file(api=base))
    told = json.loads(measured.stack.run("capture", "apply", str(file)).stdout)
    await _known(measured, told["id"])
    public = str(measured.stack.connections["public_url"])
    quiet = partial(_quiet, measured)
    found: dict[str, Any] = {"callbacks": await callbacks.measure(measured, public=public, quiet=quiet)}
    print("callbacks done", flush=True)
    await quiet()
    found["latency"] = await _latencies(measured, sink, base, public, small=small)
    count, rounds = SMALL_BACKLOG if small else BACKLOG
    found["backlog"] = await backlog.measure(
        measured, organization_id=UUID(told["id"]), version=told["version"], count=count, rounds=rounds, quiet=quiet
    )
    rows, rounds = SMALL_OUTBOX if small else OUTBOX
    found["relay"] = await relaying.measure(measured, count=rows, rounds=rounds)
    print("relay done", flush=True)
    found["memory_mebibytes"] = measured.peak_mebibytes()  # before Kafka is stopped, which forgets its peak
    found["callbacks"] |= await callbacks.without_kafka(
        measured, public=public, floor=found["callbacks"]["bare_per_second"]
    )
    await sink.stop()
    return found


async def _latencies(measured: Measured, sink: Sink, base: str, public: str, *, small: bool) -> dict[str, Any]:
    host, port = measured.place("capture")
    made = Callbacks(public=public, host=f"{host}:{port}")
    found, first = {}, 2_000_000
    async with Floors(
        postgres=measured.database("proof"), kafka=measured.kafka, sink=base, topic="callsnare.privacy"
    ) as floors:
        for rate, calls, rounds in SMALL_RATES if small else RATES:
            measured_rounds = []
            for _ in range(rounds):
                round_ = await latency.measure(
                    host=host,
                    port=port,
                    callbacks=made,
                    sink=sink,
                    floors=floors,
                    first=first,
                    calls=calls,
                    per_second=rate,
                )
                measured_rounds.append(round_)
                first += calls
                await asyncio.sleep(1)
            found[f"{rate:g}"] = {
                **{
                    f"p{share * 100:g}": median(each.ratio(share) for each in measured_rounds)
                    for share in (0.5, 0.95, 0.99)
                },
                "floor_milliseconds": median(median(each.floors) for each in measured_rounds) * 1000,
            }
            print(f"latency at {rate:g}/s done", flush=True)
    return found


async def _known(measured: Measured, organization_id: str) -> None:
    """Messaging has heard of the shop."""
    database = await asyncpg.connect(measured.database("messaging"))
    while not await database.fetchval(  # noqa: ASYNC110 -- another process rings no bell here
        "SELECT true FROM organization_replicas WHERE organization_id = $1::uuid", organization_id
    ):
        await asyncio.sleep(0.1)
    await database.close()


async def _quiet(measured: Measured) -> None:
    """Nothing is left to fold or to carry."""
    for service, table in (
        ("capture", "callbacks WHERE folded_at IS NULL"),
        ("capture", "outbox"),
        ("messaging", "outbox"),
        ("reminders", "outbox"),
    ):
        database = await asyncpg.connect(measured.database(service))
        while await database.fetchval(f"SELECT count(*) FROM {table}"):  # noqa: ASYNC110 -- another process rings no bell here
            await asyncio.sleep(0.2)
        await database.close()
    await asyncio.sleep(2)


def main() -> None:
    small = "--small" in sys.argv
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started for measuring ends with us
    with tempfile.TemporaryDirectory(prefix="callsnare-bench-") as folder:
        stack = RunningStack(Path(folder), SETTINGS)
        try:
            stack.start()
            found = asyncio.run(measure(Measured(stack), Path(folder), small=small))
        finally:
            stack.stop()
    python = platform.python_version()
    found["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {python}"
    found["commit"] = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(found, indent=2) + "\n")
    print(report.table(found))
    print(f"written to {WRITTEN.relative_to(ROOT)}")
    if not small:
        report.put_into(ROOT / "README.md", report.table(found))


if __name__ == "__main__":
    main()

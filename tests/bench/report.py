"""The table of a run: printed, and put where the README has room for it."""

from pathlib import Path
from typing import Any, NamedTuple

BEGIN, END = "<!-- make bench writes this -->", "<!-- until here -->"
HEAD = ("| path | target | measured | of the target |", "|---|---|---|---|")


class Row(NamedTuple):
    """`share` is 1 where the target is just met, more where it is beaten; None without a target."""

    path: str
    target: str
    measured: str
    share: float | None = None


def at_least(path: str, target: float, measured: float, *, of: str) -> Row:
    return Row(path, f"≥ {target:g} of {of}", f"{measured:.2f}", measured / target)


def at_most(path: str, target: float, measured: float, *, of: str) -> Row:
    return Row(path, f"≤ {target:g} × {of}", f"{measured:.2f}", target / measured)


def rows(found: dict[str, Any]) -> list[Row]:
    calls, late, relay, memory = found["callbacks"], found["latency"], found["relay"], found["memory_mebibytes"]
    slowest, stopped = calls["p99_seconds"], calls["p99_without_kafka_seconds"]
    return [
        at_least("callback answered, 32 connections, worker idle", 1.4, calls["idle"], of="a bare app"),
        at_least("… worker, relay and Kafka on the same cores", 0.75, calls["working"], of="a bare app"),
        Row("… Kafka stopped", "reported", f"{calls['without_kafka']:.2f} of a bare app"),
        Row("… slowest of a hundred", "reported", f"{slowest * 1000:.0f} ms"),
        Row("… slowest of a hundred, Kafka stopped", "< 2 s", f"{stopped * 1000:.0f} ms", 2 / stopped),
        at_most("missed call → carrier has the text, 10/s, p50", 2, late["10"]["p50"], of="the floor"),
        at_most("… p99", 5, late["10"]["p99"], of="the floor"),
        at_most("… 100/s, p50", 3.5, late["100"]["p50"], of="the floor"),
        *(_all_shares(rate, late[rate]) for rate in ("1", "10", "100")),
        at_least("messaging, backlog of missed calls", 0.6, found["backlog"]["ratio"], of="the same rows by plain inserts"),
        Row("relay, full outbox", "reported", f"{relay['rows_per_second']:,.0f} rows/s, {relay['ratio']:.2f} of a plain loop"),
        Row("peak memory, MiB", "reported", ", ".join(f"{name} {size}" for name, size in sorted(memory.items()))),
    ]  # fmt: skip


def _all_shares(rate: str, late: dict[str, float]) -> Row:
    milliseconds = [f"{late[share] * late['floor_milliseconds']:.0f}" for share in ("p50", "p95", "p99")]
    return Row(
        f"… {rate}/s, p50, p95, p99",
        "reported",
        f"{', '.join(milliseconds)} ms (floor {late['floor_milliseconds']:.1f} ms)",
    )


def table(found: dict[str, Any]) -> str:
    lines = [
        f"| {row.path} | {row.target} | {row.measured} | {'' if row.share is None else f'{row.share:.2f}'} |"
        for row in rows(found)
    ]
    return "\n".join([*HEAD, *lines, "", f"Machine: {found['machine']}; commit {found['commit']}."])


def put_into(readme: Path, text: str) -> None:
    """Between its two marks. Raises ValueError when it has none."""
    before, begin, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has no place for the table")
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")

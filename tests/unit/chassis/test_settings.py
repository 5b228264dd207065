import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from chassis.keys import public_of
from chassis.settings import SettingsError, load

ROOT = "ab" * 32
WHOLE = {
    "CALLSNARE_DATABASE_OWNER": "postgresql://o:pw@db/sample",
    "CALLSNARE_DATABASE_WEB": "postgresql://w:pw@db/sample",
    "CALLSNARE_DATABASE_WORK": "postgresql://k:pw@db/sample",
    "CALLSNARE_KAFKA": "one:9092,two:9092",
    "CALLSNARE_SECRET_KEY": ROOT,
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the data folder of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)


def _problems(environ: dict[str, str], service: str = "sample") -> str:
    with pytest.raises(SettingsError) as caught:
        load(service, environ=environ)
    return str(caught.value)


def test_everything_that_is_missing_is_named_at_once() -> None:
    told = _problems({})
    for name in ("CALLSNARE_DATABASE_OWNER", "CALLSNARE_DATABASE_WEB", "CALLSNARE_KAFKA", "CALLSNARE_SECRET_KEY"):
        assert name in told
    assert told.startswith("sample cannot start (no stack runs on ")
    assert "make up" in told


def test_one_problem_is_one_line() -> None:
    assert "\n" not in _problems({**WHOLE, "CALLSNARE_KAFKA": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALLSNARE_HTTP", "8080"),
        ("CALLSNARE_HTTP", "localhost:port"),
        ("CALLSNARE_HTTP", "localhost:70000"),
        ("CALLSNARE_KAFKA", "one"),
        ("CALLSNARE_PUBLIC_URL", "shop.example"),
        ("CALLSNARE_PUBLIC_URL", "ftp://shop.example"),
        ("CALLSNARE_PUBLIC_URL", "https://shop.example/?a=b"),
        ("CALLSNARE_LOG", "LOUD"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_its_name_and_what_is_wanted(name: str, value: str) -> None:
    told = _problems({**WHOLE, name: value})
    assert name in told
    assert ", not " in told


@pytest.mark.parametrize("name", ["CALLSNARE_DATABASE_WORK", "CALLSNARE_SECRET_KEY", "CALLSNARE_KEY_ID"])
def test_no_message_shows_a_secret(name: str) -> None:
    told = _problems({**WHOLE, name: "hunter2"})
    assert name in told
    assert "hunter2" not in told


def test_settings_and_keys_show_nothing_when_printed() -> None:
    settings = load("sample", environ=WHOLE)
    for printed in (repr(settings), repr(settings.database), repr(settings.keys)):
        assert "pw" not in printed
        assert "\\x" not in printed


def test_the_environment_gives_everything() -> None:
    settings = load(
        "sample",
        environ={
            **WHOLE,
            "CALLSNARE_HTTP": "0.0.0.0:8123",
            "CALLSNARE_PUBLIC_URL": "https://shop.example/",
            "CALLSNARE_PROVIDER_HOSTS": "127.0.0.1, Carrier.example",
            "CALLSNARE_LOG": "debug",
            "CALLSNARE_INSTANCE": "nonce",
        },
    )
    assert (settings.http_host, settings.http_port) == ("0.0.0.0", 8123)  # noqa: S104 -- what was asked for
    assert settings.public_url == "https://shop.example"
    assert settings.provider_hosts == ("127.0.0.1", "carrier.example")
    assert (settings.log_level, settings.instance, settings.clock_file) == ("DEBUG", "nonce", None)


def test_a_command_finds_the_stack_that_runs_here(tmp_path: Path) -> None:
    data = tmp_path / ".callsnare"
    data.mkdir()
    roles = {role: f"postgresql://{role}@127.0.0.1:5/sample" for role in ("owner", "web", "work")}
    facts = {
        "postgres": {"roles": {"sample": roles}},
        "kafka": "127.0.0.1:9",
        "public_url": "http://localhost:8081",
        "provider_hosts": ["127.0.0.1"],
        "clock": str(tmp_path / "clock"),
    }
    (data / "connections.json").write_text(json.dumps(facts))
    (data / "secret_key").write_text(ROOT + "\n")
    settings = load("sample", environ={})
    assert settings.database.work == roles["work"]
    assert settings.kafka == "127.0.0.1:9"
    assert settings.public_url == "http://localhost:8081"
    assert settings.clock_file == tmp_path / "clock"
    assert settings.keys == load("sample", environ=WHOLE).keys


def test_the_environment_wins_over_the_files(tmp_path: Path) -> None:
    data = tmp_path / "elsewhere"
    data.mkdir()
    (data / "connections.json").write_text(json.dumps({"kafka": "127.0.0.1:9"}))
    assert load("sample", environ={**WHOLE, "CALLSNARE_DATA": str(data)}).kafka == WHOLE["CALLSNARE_KAFKA"]


def test_a_broken_connections_file_is_named(tmp_path: Path) -> None:
    data = tmp_path / ".callsnare"
    data.mkdir()
    (data / "connections.json").write_text("{")
    assert "connections.json" in _problems(WHOLE)


def _single(**more: str) -> dict[str, str]:
    keys = {
        "CALLSNARE_KEY_ID": "01" * 32,
        "CALLSNARE_KEY_SESSION_PUBLIC": "02" * 32,
        **{f"CALLSNARE_KEY_{name}": value for name, value in more.items()},
    }
    return {**{name: value for name, value in WHOLE.items() if name != "CALLSNARE_SECRET_KEY"}, **keys}


def test_in_production_each_service_needs_only_its_own_keys() -> None:
    keys = load("proof", environ=_single()).keys
    assert keys.id_key == b"\x01" * 32
    assert (keys.at_rest, keys.session_seed, keys.messaging_seal_private) == ((), b"", None)
    assert keys.session_public == (b"\x02" * 32,)


def test_a_key_that_a_service_lacks_is_named() -> None:
    told = _problems(_single(SESSION="02" * 32), service="capture")
    assert "CALLSNARE_KEY_AT_REST" in told
    assert "CALLSNARE_KEY_SEAL_PUBLIC" in told
    assert "CALLSNARE_KEY_SESSION" not in told


def test_capture_verifies_with_its_own_seed_and_with_keys_that_it_retired() -> None:
    own = {"AT_REST": Fernet.generate_key().decode(), "SESSION": "07" * 32, "SEAL_PUBLIC": "03" * 32}
    keys = load("capture", environ=_single(**own)).keys
    assert keys.session_public == (public_of(b"\x07" * 32), b"\x02" * 32)


def test_several_keys_at_rest_stand_by_commas_for_rotation() -> None:
    new, old = Fernet.generate_key(), Fernet.generate_key()
    keys = load("proof", environ=_single(AT_REST=f"{new.decode()}, {old.decode()}")).keys
    assert keys.at_rest == (new, old)


@pytest.mark.parametrize(("name", "value"), [("AT_REST", "short"), ("SESSION", "zz" * 32), ("SEAL_PRIVATE", "01")])
def test_a_key_of_the_wrong_form_is_refused(name: str, value: str) -> None:
    assert f"CALLSNARE_KEY_{name}" in _problems(_single(**{name: value}), service="proof")

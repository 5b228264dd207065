"""What a person asks for, and the files that the stack keeps."""

import stat
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from contracts.topics import SERVICES
from laptop import demo, roles
from laptop.console import Console
from laptop.errors import LaptopError
from laptop.stack import root_secret
from laptop.up import wishes


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_words(port: str, tmp_path: Path) -> None:
    with pytest.raises(LaptopError, match=r"CALLSNARE_PORT is .* it must be a number between 1 and 65535"):
        wishes(given={"CALLSNARE_PORT": port}, root=tmp_path)


def test_without_settings_everything_is_local(tmp_path: Path) -> None:
    wanted = wishes(given={}, root=tmp_path)
    assert (wanted.port, wanted.public_url, wanted.data) == (8080, "http://localhost:8080", tmp_path / ".callsnare")
    assert wanted.provider_hosts == ("127.0.0.1",)
    assert not wanted.demo


def test_each_role_has_its_own_password_and_the_superusers_never_leaks_into_it(tmp_path: Path) -> None:
    superuser = "postgresql://postgres:s%2Fecret@127.0.0.1:5432/postgres?sslmode=disable"
    secrets_of = roles.passwords(path=tmp_path / "roles.json")
    databases = roles.addresses(superuser=superuser, secrets_of=secrets_of)
    assert tuple(databases) == SERVICES
    work = urlsplit(databases["messaging"].work)
    assert (work.username, work.path, work.port, work.query) == (
        "messaging_work",
        "/messaging",
        5432,
        "sslmode=disable",
    )
    logins = [urlsplit(each).password for one in databases.values() for each in (one.owner, one.web, one.work)]
    assert len(set(logins)) == 15
    assert "s%2Fecret" not in logins
    assert urlsplit(databases["messaging"].superuser).password == "s%2Fecret"


def test_secrets_stay_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = root_secret(data=tmp_path, given={})
    shop = demo.load_or_create(data=tmp_path)
    demo.write_shop_file(data=tmp_path, shop=shop, carrier="http://127.0.0.1:9101")
    assert root_secret(data=tmp_path, given={}) == first
    assert len(bytes.fromhex(first)) == 32
    assert demo.load_or_create(data=tmp_path) == shop
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_the_demo_shop_answers_whenever_one_tries_it(tmp_path: Path) -> None:
    shop = demo.load_or_create(data=tmp_path)
    path = demo.write_shop_file(data=tmp_path, shop=shop, carrier="http://127.0.0.1:9101")
    said = yaml.safe_load(path.read_text())
    assert said["organization"] == "northside"
    assert (said["first_reply"]["after_hours"], said["first_reply"]["at_night"]) == ("send", "send")
    assert said["providers"][0] == {
        "kind": "twilio",
        "account": shop.account,
        "secrets": [shop.secret],
        "keywords": "provider",
        "api": "http://127.0.0.1:9101",
    }
    assert said["numbers"][0]["number"] == "+13125550123"


def test_a_json_log_line_is_shown_as_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with closing(Console(file=tmp_path / "log")) as console:
        console.line(name="capture", text='{"event": "relay sent", "level": "info", "rows": 3, "timestamp": "x"}')
        console.line(name="kafka", text="{not json")
    shown = capsys.readouterr().out
    assert shown == "capture    | info: relay sent rows=3\nkafka      | {not json\n"
    assert (tmp_path / "log").read_text() == shown

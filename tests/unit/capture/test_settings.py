"""What is set for capture alone."""

import pytest

from capture.settings import CaptureSettings, is_trusted, networks, read
from chassis.settings import SettingsError


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"verified_pre_second": "1"}, "verified_pre_second"),
        ({"verified_burst": "many"}, "verified_burst"),
        ({"trusted_proxies": "everybody"}, "everybody"),
    ],
)
def test_a_wrong_setting_is_named(own: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        read(own)


def test_what_is_not_set_is_as_promised() -> None:
    settings = read({"verified_burst": "7"})
    assert (settings.verified_per_second, settings.verified_burst, settings.unverified_per_second) == (500.0, 7.0, 10.0)


@pytest.mark.parametrize(
    ("peer", "trusted"), [("127.0.0.1", True), ("::1", True), ("203.0.113.7", False), ("", False), ("unix", False)]
)
def test_only_our_own_proxies_speak_for_others(peer: str, trusted: bool) -> None:
    assert is_trusted(peer, within=networks(CaptureSettings())) is trusted

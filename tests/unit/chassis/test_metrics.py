import pytest
from prometheus_client import REGISTRY

from chassis.metrics import counter, gauge, histogram


def test_asking_twice_gives_the_same_one() -> None:
    for make in (counter, gauge, histogram):
        name = f"sample_of_{make.__name__}"
        assert make(name, "A sample", ("kind",)) is make(name, "A sample", ("kind",))


def test_names_stand_under_our_prefix() -> None:
    counter("sample_named", "A sample").inc(2)
    assert REGISTRY.get_sample_value("callsnare_sample_named_total") == 2


def test_one_name_cannot_mean_two_things() -> None:
    counter("sample_meaning", "One thing")
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        counter("sample_meaning", "Another")

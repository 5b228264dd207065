"""What can be mended is told by the rule and the fact that kept a text back, and by nothing that let it pass."""

import pytest

from messaging.domain.mending import mend_of, mend_of_stored


@pytest.mark.parametrize(
    ("rule", "fact", "mend"),
    [
        (5, "automation is stopped on this line: the carrier does not know it", "stops"),
        (5, "this template is stopped: carriers took it for spam", "stops"),
        (5, "you switched this kind of text off", "words"),
        (5, "automation is in preview: it records what it would have sent", None),
        (11, "no value for phone", "words"),
        (2, "asked for no more texts on Nov 24", None),
        (6, "this template is stopped: said by another rule", None),
    ],
)
def test_each_fact_leads_where_it_is_mended(rule: int, fact: str, mend: str | None) -> None:
    assert mend_of(rule, fact) == mend
    stored = {"outcome": "suppress", "deciding_rules": [rule], "rules": [{"rule": rule, "fact": fact}]}
    assert mend_of_stored(stored) == mend
    assert mend_of_stored(stored | {"outcome": "hold"}) is None

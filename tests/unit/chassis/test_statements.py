"""Core statements as asyncpg takes them, compiled once per shape."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.statements import compiled

visits = sa.Table(
    "visits", sa.MetaData(), sa.Column("id", sa.Uuid), sa.Column("day", sa.Integer), sa.Column("note", sa.Text)
)


@pytest.mark.parametrize("days", [[1], [1, 2, 3], []])
def test_lists_of_any_length_share_one_shape_without_mixing_their_values(days: list[int]) -> None:
    statement = sa.select(visits.c.id).where(visits.c.note == f"n{len(days)}", visits.c.day.in_(days)).limit(7)
    text, values = compiled(statement)
    assert sorted(values, key=str) == sorted([f"n{len(days)}", 7, *days], key=str)
    for number in range(1, len(values) + 1):
        assert f"${number}::" in text
    assert f"${len(values) + 1}" not in text


def test_values_stand_where_their_numbers_say() -> None:
    statement = (
        insert(visits)
        .values(id=UUID(int=1), day=2, note="first")
        .on_conflict_do_update(index_elements=["id"], set_={"note": "second"})
    )
    for _ in range(2):  # compiled, then from the cache
        text, values = compiled(statement)
        assert values == [UUID(int=1), 2, "first", "second"]
        assert "SET note = $4" in text


def test_several_rows_in_one_statement() -> None:
    rows = [{"id": UUID(int=number), "day": number, "note": None} for number in range(3)]
    assert compiled(sa.insert(visits).values(rows))[1] == [value for row in rows for value in row.values()]


def test_a_statement_without_values() -> None:
    assert compiled(sa.select(sa.func.count()).select_from(visits))[1] == []

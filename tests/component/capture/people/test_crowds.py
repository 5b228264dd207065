"""A flood of sign-ins takes its few places, and no more of the machine."""

import asyncio
import threading
from collections import Counter
from typing import Any

import pytest
from house import PASSWORD

from capture.app import hashing
from capture.app.hashing import AT_ONCE, MOST, Passwords, TooMuchHashing
from chassis.testing import eventually


class Gate:
    """A hasher that holds every hash until it opens, and sees how many come at once."""

    def __init__(self, passwords: Passwords) -> None:
        self.open, self.most, self._inside, self._lock = threading.Event(), 0, 0, threading.Lock()
        self._hasher = passwords.hasher
        passwords.hasher = self  # type: ignore[assignment]  # as far as it is asked

    def verify(self, stored: str, password: str) -> bool:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self.open.wait(10)
        with self._lock:
            self._inside -= 1
        return self._hasher.verify(stored, password)


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(memory_kib=64, rounds=1)


async def _look(passwords: Passwords, *, known: bool) -> str:
    try:
        with passwords.place(known=known) as place:
            await place.fits("a guess", None)
    except TooMuchHashing:
        return "refused"
    return "looked at"


async def test_strangers_fill_half_of_the_places_and_four_hash_at_once(passwords):
    gate = Gate(passwords)
    flood = [asyncio.create_task(_look(passwords, known=False)) for _ in range(200)]
    await asyncio.sleep(0)
    known = [asyncio.create_task(_look(passwords, known=True)) for _ in range(MOST)]
    await eventually(lambda: gate.most >= AT_ONCE)
    gate.open.set()
    assert Counter(await asyncio.gather(*flood)) == {"looked at": MOST // 2, "refused": 200 - MOST // 2}
    assert Counter(await asyncio.gather(*known)) == {"looked at": MOST // 2, "refused": MOST // 2}
    assert gate.most == AT_ONCE
    assert await _look(passwords, known=False) == "looked at", "places are given back"


async def test_a_flood_is_put_off_with_a_sentence_counts_no_try_and_keeps_no_known_device_out(
    visit, house, running, place, monkeypatch
):
    known, stranger = await visit("nora"), await visit(place=place)
    await known.press("/settings/account", "/sign-out")
    monkeypatch.setattr(hashing, "MOST", 2)
    monkeypatch.setattr(hashing, "AT_ONCE", 1)
    held, let_go = asyncio.Event(), asyncio.Event()
    aside = Passwords.aside

    async def slowly(passwords: Passwords, work: Any) -> Any:
        held.set()
        await let_go.wait()
        return await aside(passwords, work)

    monkeypatch.setattr(Passwords, "aside", slowly)
    first = asyncio.create_task(stranger.sign_in(house.email("nora"), "a guess"))
    await held.wait()
    late = await visit(place=place)
    pages = [await late.sign_in(house.email("nora"), "a guess") for _ in range(8)]
    assert {each.status for each in pages} == {503}
    assert "Try again in 3 seconds" in pages[0].text
    assert house.email("nora") in pages[0].text, "what was typed is kept"
    home = asyncio.create_task(known.sign_in(house.email("nora"), PASSWORD))
    await asyncio.sleep(0.05)
    let_go.set()
    assert ((await first).status, (await home).status) == (422, 200)
    assert (await late.sign_in(house.email("nora"), PASSWORD)).status == 200, "what was put off was no try"


async def test_a_password_set_by_a_link_waits_its_turn_like_any_other(visit, house, monkeypatch):
    nora = await visit("nora")
    shown = await nora.press("/settings/members", f"/settings/members/{await house.member('jess')}/link")
    jess = await visit()
    page = await jess.get(shown.link("password"))
    monkeypatch.setattr(hashing, "MOST", 0)
    done = await jess.post(shown.link("password"), csrf=page.csrf, password="a quite new password")
    assert (done.status, "Try again in 3 seconds" in done.text) == (503, True)
    monkeypatch.undo()
    assert (await jess.post(shown.link("password"), csrf=page.csrf, password="a quite new password")).status == 200

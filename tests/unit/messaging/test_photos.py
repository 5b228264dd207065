"""Files are told by their content, and addresses of photos open for a while."""

from datetime import datetime, timedelta

import pytest
from photos import HEIC, WAVE, a_photo

from chassis import ids
from chassis.testing import FixedClock
from messaging.app.look_into_photo import NotAPhotoError, look_into_photo
from messaging.app.photo_address import GOOD_FOR, opened, photo_address
from messaging.domain.media import OFFICE_FORMATS, audio_type, byte_range


def test_what_an_iphone_keeps_is_taken_from_the_office_and_never_from_a_stranger() -> None:
    made = look_into_photo(HEIC, formats=OFFICE_FORMATS)
    assert (made.content_type, made.width, made.height) == ("image/jpeg", 64, 48)
    with pytest.raises(NotAPhotoError, match="not a photo that can be shown"):
        look_into_photo(HEIC)
    with pytest.raises(NotAPhotoError):
        look_into_photo(HEIC[:300], formats=OFFICE_FORMATS)


def test_files_are_told_by_their_content() -> None:
    assert [audio_type(content) for content in (WAVE, b"ID3\x04", b"\xff\xfb\x90", b"<html>", b"")] == ["audio/wav", "audio/mpeg", "audio/mpeg", None, None]  # fmt: skip
    with pytest.raises(NotAPhotoError):
        look_into_photo(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert look_into_photo(a_photo("GIF")).content_type == "image/jpeg"
    assert look_into_photo(a_photo("PNG")).content_type == "image/png"


@pytest.mark.parametrize(
    ("asked", "span"),
    [(None, None), ("bytes=0-3", (0, 3)), ("bytes=4-", (4, 9)), ("bytes=-2", (8, 9)), ("bytes=2-99", (2, 9)), ("bytes=9-2", None), ("bytes=0-1,4-5", None), ("lines=1-2", None), ("bytes=-", None)],
)  # fmt: skip
def test_a_part_of_a_file_may_be_asked_for(asked: str | None, span: tuple[int, int] | None) -> None:
    assert byte_range(asked, 10) == span


def test_an_address_opens_one_photo_for_a_while(noon: datetime) -> None:
    clock = FixedClock(noon)
    media_id, key = ids.new_id(), b"k" * 32
    ticket = photo_address(public_url="https://x.test", media_id=media_id, key=key, now=clock.now()).rpartition("/")[2]
    later = clock.now() + GOOD_FOR - timedelta(minutes=1)
    assert opened(ticket, media_id=media_id, key=key, now=later)
    assert not opened(ticket, media_id=media_id, key=key, now=later + timedelta(minutes=2))
    assert not opened(ticket, media_id=ids.new_id(), key=key, now=later)
    assert not opened("nonsense", media_id=media_id, key=key, now=later)

"""Which files are kept, shown and sent: photos and recordings, told by their content and never by their name."""

from typing import Final

PHOTO_FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP")
OFFICE_FORMATS: Final = (*PHOTO_FORMATS, "HEIF")
"""What an iPhone keeps comes from a desk only: carriers make it a JPEG, and one decoder less meets what strangers send."""
LARGEST_FILE: Final = 10 * 1024 * 1024
MOST_PHOTOS: Final = 10
MOST_UPLOADED: Final = 30 * 1024 * 1024
MOST_SENT: Final = 4_900_000
"""Twilio takes ten files and 5 MB with a text, words and all."""
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 1600
"""More says nothing more on a phone, and carriers would shrink it themselves."""
SIDES: Final = (LONGEST_SIDE, 1200, 900, 640)
"""What is tried in turn, until several photos fit into one text."""
SAFE_TYPES: Final = frozenset({"image/jpeg", "image/png", "audio/wav", "audio/mpeg"})
"""What is served; everything that is kept has been made one of these."""
FRAME, FRAME_MASK = 0xE0, 0xE0


def audio_type(content: bytes) -> str | None:
    """`audio/wav` or `audio/mpeg` by the first bytes; None for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[:3] == b"ID3" or (len(content) > 1 and content[0] == 0xFF and content[1] & FRAME_MASK == FRAME):  # noqa: PLR2004 -- a frame's sync
        return "audio/mpeg"
    return None


def byte_range(asked: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of `bytes=a-b`; None where the whole is meant or the range is not one that can be served."""
    unit, _, span = (asked or "").partition("=")
    first, _, last = span.partition("-")
    if unit != "bytes" or "," in span or not (first.isdecimal() or last.isdecimal()):
        return None
    if not first:
        return max(0, size - int(last)), size - 1
    begin, end = int(first), min(int(last), size - 1) if last.isdecimal() else size - 1
    return (begin, end) if begin <= end else None

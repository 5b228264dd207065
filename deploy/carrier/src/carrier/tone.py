"""What stands for a caller's words in a recording: a quiet tone, as long as the message was."""

import io
import math
import struct
import wave
from functools import lru_cache
from typing import Final

RATE: Final = 8000
PITCH: Final = 440
LOUDNESS: Final = 4000
LONGEST_SECONDS: Final = 60


@lru_cache(maxsize=16)
def recording(seconds: int) -> bytes:
    """A WAV file, 8 kHz and mono, as telephones have it: half a second of tone, half a second of silence, and so on."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        second = [_loudness(at) for at in range(RATE)]
        file.writeframes(struct.pack(f"<{RATE}h", *second) * max(1, min(seconds, LONGEST_SECONDS)))
    return written.getvalue()


def _loudness(at: int) -> int:
    return int(LOUDNESS * math.sin(2 * math.pi * PITCH * at / RATE)) if at < RATE // 2 else 0

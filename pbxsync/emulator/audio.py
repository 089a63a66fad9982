"""Audio for recordings, media files and voicemails: short WAV files, each with its own melody."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
from functools import lru_cache
from typing import Final

RATE: Final = 8000
SECONDS: Final = 2
_TONE: Final = RATE // 4
"""Samples per tone of the melody."""
_LOWEST_HZ: Final = 220
_LOUDNESS: Final = 8000


@lru_cache(maxsize=64)
def melody(name: str) -> bytes:
    """A mono WAV file with 16 bits, as telephones use. A name always gets the same melody."""
    notes = hashlib.sha256(name.encode()).digest()
    samples = (
        int(_LOUDNESS * math.sin(math.tau * _LOWEST_HZ * 2 ** (notes[at // _TONE] % 24 / 12) * at / RATE))
        for at in range(RATE * SECONDS)
    )
    frames = b"".join(struct.pack("<h", sample) for sample in samples)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(frames)
    return file.getvalue()

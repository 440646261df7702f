"""Ids of voice sessions: `vs_` and a UUIDv7, so that they sort by time; also the room's name."""

import os
from datetime import datetime
from typing import Final
from uuid import UUID

PREFIX: Final = "vs_"
LENGTH: Final = len(PREFIX) + 32


def new_session_id(*, now: datetime) -> str:
    """Make an id (RFC 9562, section 5.7): 48 bits of milliseconds, the rest random."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (7 << 76)  # version
    value = (value & ~(0b11 << 62)) | (0b10 << 62)  # variant
    return f"{PREFIX}{UUID(int=value).hex}"

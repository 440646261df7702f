"""Schedules that are right: windows that do not overlap, on clocks with and without summer time."""

from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

TIME_ZONES: Final = (
    *("UTC", "America/New_York", "America/Santiago", "Europe/London", "Africa/Cairo", "Asia/Tokyo"),
    *("Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "Antarctica/Troll"),
)
TIERS: Final = {
    "livekit": ("media", "livekit"),
    "agent": ("agent",),
    "api": ("api",),
    "websocket": ("websocket",),
    "celery-voice": ("celery", "voice"),
    "celery-data": ("celery", "data"),
}
# No clock leaves out an hour of the day, and a lead of an hour is still behind it.
EARLIEST, LATEST = 5 * 60, 23 * 60
STEP = 30


@st.composite
def schedules(draw: st.DrawFn, beneath: dict[str, Any]) -> dict[str, Any]:
    """Draw a schedule within the bounds of a preset, for tiers that are not of fixed size."""
    first, days = date(2026, 1, 1), draw(st.sets(st.integers(0, 700), max_size=3))
    return {
        "time_zone": draw(st.sampled_from(TIME_ZONES)),
        "lead_minutes": draw(st.integers(0, STEP)),
        "weekday": draw(_windows(beneath)),
        "weekend": draw(_windows(beneath)),
        "holidays": [(first + timedelta(days=day)).isoformat() for day in sorted(days)],
    }


@st.composite
def _windows(draw: st.DrawFn, beneath: dict[str, Any]) -> list[dict[str, Any]]:
    edges = sorted(draw(st.sets(st.integers(EARLIEST // STEP, LATEST // STEP), max_size=4)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [
        {"name": f"window {number}", "starts": _clock(start), "ends": _clock(end), "tasks": draw(_bounds(beneath))}
        for number, (start, end) in enumerate(pairs)
    ]


@st.composite
def _bounds(draw: st.DrawFn, beneath: dict[str, Any]) -> dict[str, dict[str, int]]:
    scaled = {tier: _tasks(beneath, path) for tier, path in TIERS.items() if not _tasks(beneath, path).get("fixed")}
    chosen = draw(st.sets(st.sampled_from(sorted(scaled)), min_size=1, max_size=3))
    found = {}
    for tier in sorted(chosen):
        low = draw(st.integers(scaled[tier]["min"], scaled[tier]["max"]))
        found[tier] = {"min": low, "max": draw(st.integers(max(low, 1), scaled[tier]["max"]))}
    return found


def _tasks(beneath: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    section: dict[str, Any] = beneath
    for part in path:
        section = section[part]
    tasks: dict[str, Any] = section["tasks"]
    return tasks


def _clock(step: int) -> str:
    hour, minute = divmod(step * STEP, 60)
    return f"{hour:02}:{minute:02}"

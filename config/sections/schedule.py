"""Weekday and weekend profiles as data: the peaks an environment knows of, and what each tier needs then."""

from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, Field

from config.sections.section import Section


class Bounds(Section):
    """A tier's tasks within a window."""

    min: int = Field(ge=0, le=5000)
    """Floor."""
    max: int = Field(ge=1, le=5000)
    """Ceiling."""


def _on_the_minute(moment: time) -> time:
    if moment.second or moment.microsecond or moment.tzinfo:
        raise ValueError("a time of day has hours and minutes only, such as 09:00")
    return moment


TimeOfDay = Annotated[time, AfterValidator(_on_the_minute)]


class Window(Section):
    """One named window of a day, and the bounds in it; tiers that are not named keep their own."""

    name: str = Field(max_length=40, pattern=r"^[a-z0-9]([a-z0-9 -]*[a-z0-9])?$", examples=["office hours"])
    """What happens then, in lower case; becomes part of the scheduled action's name."""
    starts: TimeOfDay
    """When the peak begins; capacity that grows is there `lead_minutes` earlier."""
    ends: TimeOfDay
    """When it is over; 00:00 means midnight at the end of the day."""
    tasks: dict[str, Bounds]
    """Bounds by tier: livekit, egress, agent, api, websocket, and celery- with a pool's name."""


class Schedule(Section):
    """When the environment's callers come."""

    time_zone: str = "UTC"
    """IANA name, such as America/New_York; windows are on its clock, summer time included."""
    lead_minutes: int = Field(15, ge=0, le=120)
    """How long before a peak its capacity is there."""
    weekday: tuple[Window, ...] = ()
    """Windows of Monday to Friday."""
    weekend: tuple[Window, ...] = ()
    """Windows of Saturday and Sunday."""
    holidays: tuple[date, ...] = ()
    """Days that follow the weekend's windows."""

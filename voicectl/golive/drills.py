"""Looks at what was rehearsed: every alarm until somebody was told, and a backup until it was compared."""

from voicectl.alarms.definition import alarms_of
from voicectl.drill.errors import RehearsalsUnreadable
from voicectl.drill.listing import Standing, lines
from voicectl.drill.rehearsals import GOOD_FOR, Drills, read
from voicectl.golive.answer import Found, Place
from voicectl.golive.errors import RecordUnreadable


def alarms_tested(place: Place) -> Found:
    """Each alarm that tells people has been seen to do so, not too long ago."""
    telling = [alarm for alarm in alarms_of(place.assembly) if alarm.tells]
    listed = lines(telling, _drills(place), now=place.now)
    missing = [line.alarm for line in listed if line.standing is not Standing.GOOD]
    if missing:
        said = (
            f"{len(missing)} of {len(listed)} alarms were not rehearsed in {GOOD_FOR.days} days, such as {missing[0]}"
        )
        return Found(False, said, f"voicectl drill all --env {place.name}")
    first = min((line.last.on for line in listed if line.last), default=place.now)
    return Found(True, f"{len(listed)} alarms were rehearsed since {first:%Y-%m-%d}")


def restore_tested(place: Place) -> Found:
    """A copy was made of a backup, and had every row."""
    last = _drills(place).last_restored
    todo = f"voicectl drill restore --env {place.name}"
    if last is None:
        return Found(False, "no backup was ever restored", todo)
    said = f"{last.by}, {last.on:%Y-%m-%d}: {last.source}, {last.rows:,} rows of {last.tables} tables"
    return Found(True, said) if last.is_good(place.now) else Found(False, f"{said}; too long ago", todo)


def _drills(place: Place) -> Drills:
    try:
        return read(place.drills)
    except RehearsalsUnreadable as mistake:
        raise RecordUnreadable(str(mistake)) from None

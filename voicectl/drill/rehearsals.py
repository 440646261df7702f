"""What was rehearsed: `config/drills/ENV.toml`, reviewed like any other change; a laptop's is in its state folder."""

import json
import re
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from voicectl.drill.errors import RehearsalsUnreadable
from voicectl.toolchain import ROOT

FOLDER: Final = ROOT / "config" / "drills"
GOOD_FOR: Final = timedelta(days=180)  # as a signature of the go-live list
HEADER: Final = """\
# What was rehearsed, and when: the latest drill of each alarm, and the latest restore. `voicectl drill` writes it,
# `voicectl drill --list` shows it, and `voicectl golive` asks for it. A rehearsal is good for 180 days.
"""


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(_second)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=2)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    on: Moment
    by: Name

    def is_good(self, now: datetime) -> bool:
        """Whether it is neither too old nor of the future."""
        return self.on <= now <= self.on + GOOD_FOR


class Rehearsal(_Entry):
    """The latest drill of one alarm.

    Attributes:
        how: `set` on AWS by hand, or really `caused` on a laptop.
        noticed_seconds: Until the notification on AWS, until ALARM on a laptop.
        over_seconds: Until it was well again; None where it was set back by hand.
        result: One short line.
    """

    alarm: Name
    how: Literal["set", "caused"]
    noticed_seconds: Seconds
    over_seconds: Seconds | None = None
    result: str = Field(min_length=2, max_length=200)


class Restored(_Entry):
    """A copy that was compared, and had no difference.

    Attributes:
        source: What it was made of: a snapshot's name, or `dump`.
        asked: So many rows of the original were looked for in the copy; None in records older than this field.
        seconds: From the beginning to the end of the comparison.
    """

    source: Name
    tables: int = Field(gt=0)
    rows: int = Field(ge=0)
    asked: int | None = Field(default=None, gt=0)
    seconds: Seconds


class Drills(BaseModel):
    """The record of one environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rehearsed: tuple[Rehearsal, ...] = ()
    restored: tuple[Restored, ...] = ()

    @property
    def by_alarm(self) -> dict[str, Rehearsal]:
        """The latest of each alarm, also where two branches have met in one file."""
        return {each.alarm: each for each in sorted(self.rehearsed, key=lambda each: each.on)}

    @property
    def last_restored(self) -> Restored | None:
        """None where nobody ever did."""
        return max(self.restored, key=lambda each: each.on, default=None)


def record_of(environment: str, *, folder: Path = FOLDER) -> Path:
    """Where an environment's record is.

    Args:
        folder: Of the records; a laptop's state folder for `local`.
    """
    return folder / ("drills.toml" if environment == "local" else f"{environment}.toml")


def read(file: Path) -> Drills:
    """Read a record; no file is one that says nothing.

    Raises:
        RehearsalsUnreadable: It is no TOML, or has an entry that is none.
    """
    if not file.exists():
        return Drills()
    text = file.read_text(encoding="utf-8")
    try:
        return Drills.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as mistake:
        said = str(mistake).replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end")
        raise RehearsalsUnreadable(f"{file}: {said}; mend it, or take it back with git") from None
    except ValidationError as mistakes:
        first = mistakes.errors()[0]
        line = _line_of(first["loc"], text)
        where = ".".join(str(part) for part in first["loc"])
        raise RehearsalsUnreadable(f"{file}, line {line}: {where}: {first['msg']}; mend it there") from None


def remember(file: Path, *rehearsals: Rehearsal) -> None:
    """Put rehearsals in the place of the earlier ones of the same alarms.

    Raises:
        RehearsalsUnreadable: The file that is there has a mistake; it stays as it is.
    """
    before = read(file)
    latest = before.by_alarm | {each.alarm: each for each in rehearsals}
    _write(file, Drills(rehearsed=tuple(latest.values()), restored=before.restored))


def remember_restored(file: Path, restored: Restored) -> None:
    """Put a restore in the place of the one before. Errors as in `remember`."""
    _write(file, Drills(rehearsed=tuple(read(file).by_alarm.values()), restored=(restored,)))


def _write(file: Path, drills: Drills) -> None:
    """At once: a reader never sees half of it."""
    header = _header(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_text(f"{header}{''.join(_tables(drills))}", encoding="utf-8")
    new.replace(file)


def _header(file: Path) -> str:
    """What people wrote above the first entry stays."""
    if not file.exists():
        return HEADER
    above = file.read_text(encoding="utf-8").partition("[[")[0].rstrip()
    return f"{above}\n" if above else HEADER


def _tables(drills: Drills) -> Iterable[str]:
    for each in drills.restored:
        yield _table("restored", ("on", "by", "source", "tables", "rows", "asked", "seconds"), each)
    fields = ("alarm", "on", "by", "how", "noticed_seconds", "over_seconds", "result")
    for rehearsal in sorted(drills.rehearsed, key=lambda each: each.alarm):
        yield _table("rehearsed", fields, rehearsal)


def _table(name: str, fields: Iterable[str], entry: _Entry) -> str:
    told = ((field, getattr(entry, field)) for field in fields)
    lines = "".join(f"{field} = {_value(value)}\n" for field, value in told if value is not None)
    return f"\n[[{name}]]\n{lines}"


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    # TOML's basic strings are JSON's, but for one control character that JSON lets through.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else repr(value)


def _line_of(place: tuple[int | str, ...], text: str) -> int:
    """Where a field stands, or else its entry begins; the first line for what is in none."""
    table, entry, field = (*place, "", "")[:3]
    wanted = entry + 1 if isinstance(entry, int) else 1
    seen, begins = 0, 1
    for number, line in enumerate(text.split("\n"), start=1):
        if re.match(rf"\s*\[?\[?\s*{re.escape(str(table))}\b", line):
            seen += 1
            begins = number if seen == wanted else begins
        elif seen == wanted and field and re.match(rf"\s*{re.escape(str(field))}\s*=", line):
            return number
    return begins

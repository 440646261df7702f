"""Which alarms a word means: a name, a rule, an incident, or all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Final

from voicectl.alarms.definition import Alarm, CompositeAlarm, alarms_of
from voicectl.drill.errors import NothingMeant
from voicectl.review.templates import Assembly

ALL: Final = "all"
CLOSE: Final = 5  # so many names of those that come close


@dataclass(frozen=True)
class Placed:
    """An alarm, and the region that it is in."""

    alarm: Alarm
    region: str

    @property
    def name(self) -> str:
        """The alarm's."""
        return self.alarm.name


def placed_alarms(assembly: Assembly) -> list[Placed]:
    """Every alarm that has a runbook, in the order of the templates."""
    return [Placed(alarm, stack.region) for stack in assembly.stacks for alarm in alarms_of(Assembly((stack,)))]


def chosen(alarms: Sequence[Placed], *, word: str) -> list[Placed]:
    """Answer those that a word means.

    Args:
        word: An alarm's name, with or without `voiceplane-ENV-`; a rule (`ProviderErrors`); an incident, that is
            a runbook (`provider-errors`); or `all`.

    Raises:
        NothingMeant: It means none.
    """
    meant = [each for each in alarms if word == ALL or word in _words(each.alarm)]
    if not meant:
        raise NothingMeant(_unknown(word, alarms))
    return meant


def voice_of(alarm: Alarm, among: Iterable[Placed]) -> CompositeAlarm | None:
    """The composite alarm that tells people of an alarm that does not do so itself."""
    composites = (each.alarm for each in among if isinstance(each.alarm, CompositeAlarm))
    return next((each for each in composites if f'"{alarm.name}"' in each.expression), None)


def _words(alarm: Alarm) -> tuple[str, ...]:
    return alarm.name, _short(alarm.name), alarm.rule, _incident(alarm)


def _short(name: str) -> str:
    """Without `voiceplane-ENV-`; neither has a dash of its own in it."""
    return name.split("-", maxsplit=2)[-1]


def _incident(alarm: Alarm) -> str:
    return PurePosixPath(alarm.runbook).stem


def _unknown(word: str, alarms: Sequence[Placed]) -> str:
    known = sorted({name for each in alarms for name in _words(each.alarm)[1:] if name})
    by_lower = {name.lower(): name for name in known}
    close = [by_lower[name] for name in get_close_matches(word.lower(), by_lower, n=CLOSE)]
    told = f"do you mean {', '.join(close)}?" if close else "`voicectl drill --list` names them all"
    return f"no alarm and no incident is called {word!r}; {told}"

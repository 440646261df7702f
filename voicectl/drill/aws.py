"""Rehearses alarms on AWS: each is set on by hand, followed to the notification, and set back.

CloudWatch evaluates a metric alarm that was set by hand again within its period and may find it well; that is expected,
and no notification is lost by it. A composite alarm with a suppressor waits for that one first, minutes perhaps, so a
part of such an alarm is followed only until the composite is on: before it would tell, the part is evaluated again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from voicectl.alarms.definition import CompositeAlarm
from voicectl.drill.account import People, Region, Standing
from voicectl.drill.chosen import Placed, voice_of
from voicectl.drill.errors import AccountSilent, LeftOn
from voicectl.drill.rehearsals import Rehearsal

NOTICED_SECONDS: Final = 120.0  # CloudWatch acts within seconds; later, something is wrong
AGAIN_SECONDS: Final = 1.0
OK: Final = "OK"


@dataclass(frozen=True)
class Way:
    """How one alarm is rehearsed.

    Attributes:
        voice: Who tells people of it: itself, or the composite alarm that it is a part of.
        people: Who is told, of all topics of the voice.
    """

    placed: Placed
    standing: Standing
    voice: Standing
    people: People

    @property
    def is_part(self) -> bool:
        """Whether another alarm tells of it."""
        return self.voice.name != self.standing.name

    @property
    def tells_at_once(self) -> bool:
        """Whether it can be followed to the notification."""
        return not (self.is_part and self.voice.suppressor)

    @property
    def notification_count(self) -> int:
        """How many messages people get of it: when it goes on, and when it is well again."""
        told = bool(self.voice.topics) + bool(self.voice.topics_over)
        return told * len(self.people.confirmed) if self.tells_at_once else 0


class NotRehearsed(NamedTuple):
    """An alarm that was left alone, or did not reach anybody.

    Attributes:
        needed: Whether a rehearsal of it is missing now: of a suppressor nobody is ever told.
    """

    alarm: str
    why: str
    needed: bool = True


class Drill(NamedTuple):
    """Who drills, and how time passes.

    Attributes:
        seconds: How long a notification may take; a composite alarm's waiting comes on top.
        clock: In seconds, for measuring.
        now: The time of day.
        pause: Waits for so many seconds, as `Event().wait`.
    """

    by: str
    clock: Callable[[], float]
    now: Callable[[], datetime]
    pause: Callable[[float], object]
    seconds: float = NOTICED_SECONDS

    @property
    def reason(self) -> str:
        """What the mail says."""
        return f"This is a drill, begun by {self.by} at {self.now():%Y-%m-%d %H:%M} UTC. Nothing is broken."


def ways(
    meant: Sequence[Placed], *, among: Sequence[Placed], regions: Mapping[str, Region]
) -> list[Way | NotRehearsed]:
    """Look how each alarm would be rehearsed, or why it is left alone; nothing is changed.

    Args:
        among: All alarms of the environment.

    Raises:
        AccountSilent: AWS cannot be asked.
    """
    standing = {
        region.name: region.standing([each.name for each in among if each.region == region.name])
        for region in regions.values()
    }
    known: dict[str, People] = {}
    return [
        _way(each, among=among, standing=standing[each.region], region=regions[each.region], known=known)
        for each in meant
    ]


def rehearse(way: Way, *, region: Region, drill: Drill) -> Rehearsal | NotRehearsed:
    """Set one alarm on, follow it, and set it back, whatever happens meanwhile.

    Raises:
        AccountSilent: AWS refuses; the alarm is as it was.
        LeftOn: It could not be set back.
    """
    name, voice = way.standing.name, way.voice
    if not _await_quiet(voice, region=region, drill=drill):
        return NotRehearsed(name, f"{voice.name} is still on from before; come again when it is well")
    before = {action.at for action in region.actions(voice)}
    began = drill.clock()
    with _set_on(way, region=region, drill=drill):
        missing = _followed(way, before=before, region=region, drill=drill, began=began)
        took = round(drill.clock() - began, 1)
    if missing:
        return NotRehearsed(name, missing)
    return Rehearsal(alarm=name, on=drill.now(), by=drill.by, how="set", noticed_seconds=took, result=_result(way))


def notifications(ready: Iterable[Way]) -> dict[str, int]:
    """How many messages each person gets."""
    counts: dict[str, int] = {}
    for way in ready:
        for person in way.people.confirmed:
            counts[person] = counts.get(person, 0) + way.notification_count // len(way.people.confirmed)
    return counts


def _way(
    placed: Placed,
    *,
    among: Sequence[Placed],
    standing: Mapping[str, Standing],
    region: Region,
    known: dict[str, People],
) -> Way | NotRehearsed:
    alarm = placed.alarm
    composite = None if alarm.tells else voice_of(alarm, among)
    if not alarm.tells and composite is None:
        return NotRehearsed(alarm.name, f"tells nobody: it keeps {_kept_quiet(alarm.name, among)} quiet", needed=False)
    voice_name = composite.name if composite else alarm.name
    absent = [name for name in dict.fromkeys((alarm.name, voice_name)) if name not in standing]
    if absent:
        return NotRehearsed(alarm.name, f"{absent[0]} is not deployed in {placed.region}; deploy the environment first")
    this, voice = standing[alarm.name], standing[voice_name]
    people = _people(voice, region=region, known=known)
    why = _refusal(this, voice, people, standing)
    return NotRehearsed(alarm.name, why) if why else Way(placed, this, voice, people)


def _refusal(this: Standing, voice: Standing, people: People, standing: Mapping[str, Standing]) -> str:
    """Why this is no time, or no alarm, for a drill; empty when it is."""
    for each in (this, voice):
        if each.is_on:
            return f"{each.name} is on, and it is no drill; see to that first"
    suppressor = standing.get(voice.suppressor.rpartition(":alarm:")[2] or voice.suppressor)
    if suppressor and suppressor.is_on:
        return f"{suppressor.name} is on and keeps {voice.name} quiet; come again when it is well"
    if not voice.topics:
        return f"{voice.name} has no action that is turned on; deploy again, or `aws cloudwatch enable-alarm-actions`"
    if people.pending:  # whoever else has confirmed may be somebody who left
        return f"not confirmed: {', '.join(people.pending)}; open the mail that AWS sent there, and confirm"
    return "" if people.confirmed else f"nobody is subscribed to {', '.join(voice.topics)}; deploy again"


def _people(voice: Standing, *, region: Region, known: dict[str, People]) -> People:
    for topic in voice.topics:
        if topic not in known:
            known[topic] = region.people(topic)
    told = [known[topic] for topic in voice.topics]
    return People(
        tuple(person for each in told for person in each.confirmed),
        tuple(person for each in told for person in each.pending),
    )


def _await_quiet(voice: Standing, *, region: Region, drill: Drill) -> bool:
    """A composite alarm is on for a moment longer than its part, whose drill may have just ended."""
    return _becomes(lambda: not _is_on(voice, region=region), drill=drill)


def _followed(way: Way, *, before: set[datetime], region: Region, drill: Drill, began: float) -> str:
    """Wait for what must come; answer what is missing, empty for nothing."""
    voice = way.voice
    if not way.tells_at_once:
        went_on = _becomes(lambda: _is_on(voice, region=region), drill=drill)
        return "" if went_on else f"{voice.name} did not go on with it"
    failed: list[str] = []

    def told() -> bool:
        lately = (each for each in region.actions(voice) if each.at not in before and each.topic in voice.topics)
        new = [each for each in lately if each.state in ("ALARM", "")]  # not that the drill before is over
        failed.extend(each.error for each in new if each.error)
        return bool(new)

    in_time = _becomes(told, drill=drill, more=voice.quiet_seconds)
    if failed:
        return f"the notification failed: {failed[0]}"
    waited = round(drill.clock() - began)
    nothing = f"CloudWatch executed no action within {waited} s; see `aws cloudwatch describe-alarm-history`"
    return "" if in_time else f"{nothing} --alarm-name {voice.name}"


def _is_on(voice: Standing, *, region: Region) -> bool:
    return region.standing([voice.name])[voice.name].is_on


def _becomes(is_so: Callable[[], bool], *, drill: Drill, more: float = 0) -> bool:
    """Wait until it is so; answer whether it became so in time."""
    deadline = drill.clock() + drill.seconds + more
    while not is_so():
        if drill.clock() >= deadline:
            return False
        drill.pause(AGAIN_SECONDS)
    return True


@contextmanager
def _set_on(way: Way, *, region: Region, drill: Drill) -> Iterator[None]:
    """Where AWS refuses there is nothing to set back; whatever happens later, there is."""
    try:
        region.set_state(way.standing.name, "ALARM", reason=drill.reason)
    except KeyboardInterrupt:  # it may have arrived
        _set_back(way, region=region)
        raise
    try:
        yield
    finally:
        _set_back(way, region=region)


def _set_back(way: Way, *, region: Region) -> None:
    name, state = way.standing.name, way.standing.state
    try:
        region.set_state(name, state, reason="The drill is over.")
    except AccountSilent as silent:
        command = f"aws cloudwatch set-alarm-state --alarm-name {name} --state-value {OK} --state-reason drill"
        raise LeftOn(f"{name} is still on from the drill: {silent}; run `{command} --region {region.name}`") from None


def _result(way: Way) -> str:
    if way.tells_at_once:
        through = f" through {way.voice.name}" if way.is_part else ""
        return f"{len(way.people.confirmed)} told{through}"[:200]
    return f"{way.voice.name} went on with it, which tells by itself"[:200]


def _kept_quiet(name: str, among: Sequence[Placed]) -> str:
    quiet = [each.name for each in among if isinstance(each.alarm, CompositeAlarm) and each.alarm.suppressor == name]
    return ", ".join(quiet) or "nobody"

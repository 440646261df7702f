"""When an alarm changes its state: CloudWatch's rules for datapoints, for missing ones, and for rules over alarms.

After AWS's page "Configuring how CloudWatch alarms treat missing data": a few datapoints more than the evaluation
periods are looked at; where enough of them are there, the latest count and missing ones are passed over; where there
are fewer, the rest is filled as the alarm says.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from voicectl.alarms.definition import CompositeAlarm, MetricAlarm, Missing
from voicectl.alarms.errors import ExpressionUnknown
from voicectl.alarms.metric_math import computed
from voicectl.alarms.points import Points


class State(StrEnum):
    """CloudWatch's three."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


FURTHER_BACK: Final = 2  # datapoints before the evaluation periods: AWS's own examples have five for three
BREACHES: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def evaluated(alarm: MetricAlarm, points: Points, *, now: float, before: State, speed: float = 1) -> State:
    """Answer an alarm's state at a moment.

    Args:
        now: Seconds since 1970; whole periods that have ended by then are looked at.
        before: Its state until then.
        speed: Periods are shorter by so much.

    Raises:
        ExpressionUnknown: It uses metric math or a statistic that is not known here.
    """
    return decided(
        [
            value if value is None else BREACHES[alarm.comparison](value, alarm.threshold)
            for value in datapoints(alarm, points, now=now, speed=speed)
        ],
        periods=alarm.periods,
        to_alarm=alarm.datapoints,
        missing=alarm.missing,
        before=before,
    )


def datapoints(alarm: MetricAlarm, points: Points, *, now: float, speed: float = 1) -> list[float | None]:
    """The values that an alarm looks at, the oldest first."""
    period = alarm.period_seconds / speed
    last = math.floor(now / period)
    ends = [(last - back) * period for back in reversed(range(alarm.periods + FURTHER_BACK))]
    known: dict[str, list[float | None]] = {}
    for query in alarm.queries:
        if query.metric is not None:
            known[query.id] = points.series(query.metric, query.statistic, ends=ends, period=period)
        else:
            known[query.id] = [
                computed(query.expression, {id_: values[place] for id_, values in known.items()})
                for place in range(len(ends))
            ]
    return known[alarm.watched]


def decided(seen: Sequence[bool | None], *, periods: int, to_alarm: int, missing: Missing, before: State) -> State:
    """Decide by which datapoints were over the threshold; None is one that is missing.

    Args:
        seen: The oldest first; a few more than `periods`.
    """
    there = [breach for breach in seen if breach is not None]
    if len(there) >= periods:
        return _of(sum(there[-periods:]) >= to_alarm)
    if not there:
        without = {"breaching": State.ALARM, "notBreaching": State.OK, "missing": State.INSUFFICIENT_DATA}
        return without.get(missing, before)
    if missing == "breaching":
        return _of(sum(there) + periods - len(there) >= to_alarm)
    if missing == "notBreaching" or not all(there):
        return _of(sum(there) >= to_alarm)
    oldest = len(seen) - list(seen).index(True)
    return State.ALARM if missing == "missing" and oldest >= to_alarm else before


def combined(alarm: CompositeAlarm, states: Mapping[str, State]) -> State:
    """Answer a composite alarm's state from the others'.

    Raises:
        ExpressionUnknown: Its rule names an alarm that there is not, or has another form.
    """
    words = {"AND": "and", "OR": "or", "NOT": "not", "TRUE": "True", "FALSE": "False"}
    text = re.sub(r"\b(AND|OR|NOT|TRUE|FALSE)\b", lambda found: words[found[0]], alarm.expression)
    try:
        return _of(_holds(ast.parse(text, mode="eval").body, states))
    except (SyntaxError, KeyError) as unknown:
        raise ExpressionUnknown(f"rule of {alarm.name}: {unknown} is not known here") from None


def _holds(node: ast.expr, states: Mapping[str, State]) -> bool:
    match node:
        case ast.Constant(value=bool() as value):
            return value
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_holds(part, states) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_holds(part, states) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _holds(part, states)
        case ast.Call(func=ast.Name(id=state), args=[ast.Constant(value=str() as name)]):
            return states[name] is State[state]
    raise ExpressionUnknown(f"{ast.unparse(node)!r} is not known in a rule")


def _of(is_on: bool) -> State:
    return State.ALARM if is_on else State.OK

"""How a guard reads what it guards, and which of a resource's values it has read thereby."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from voicectl.review.change.leaves import Path
from voicectl.review.templates import Properties

FOREVER: Final = 10**6  # days of a log that is never deleted
ANY: Final = "*"  # one part of a path, whatever it is called
MEASURED: Final = ("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Unit")


class Reading(NamedTuple):
    """One value of a resource.

    Attributes:
        of: Answers it, None when it is not said.
        paths: Beginnings of all that it is made from; whoever judges it has judged them.
    """

    of: Callable[[Properties], Any]
    paths: tuple[Path, ...]

    def has_read(self, path: Path) -> bool:
        """Whether a value is part of what was read."""
        return any(_begins(path, start) for start in self.paths)


def _begins(path: Path, start: Path) -> bool:
    return len(path) >= len(start) and all(mine in (ANY, its) for its, mine in zip(path, start, strict=False))


def named(*names: str, default: Any = None) -> Reading:
    """A property inside properties."""

    def read(properties: Properties) -> Any:
        value: Any = properties
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return default if value is None else value

    return Reading(read, (names,))


def is_said(*names: str) -> Reading:
    """Whether a property is there, for one whose value must not be told."""
    inside = named(*names)
    return Reading(lambda properties: bool(inside.of(properties)), inside.paths)


def attribute(key: str, *, of: str = "LoadBalancerAttributes") -> Reading:
    """One of a list of keys with values."""
    return Reading(
        lambda properties: next((each["Value"] for each in properties.get(of, []) if each["Key"] == key), None),
        ((of, f"[{key}]"),),
    )


def of_containers(*names: str, default: Any = None) -> Reading:
    """One property of every container of a task, by the container's name."""
    inside = named(*names, default=default)
    return Reading(
        lambda properties: {
            str(each["Name"]): inside.of(each) for each in properties.get("ContainerDefinitions", []) if "Name" in each
        },
        (("ContainerDefinitions", ANY, *names),),
    )


def texts(reading: Reading) -> Reading:
    """A list's elements as texts, in whatever order."""
    return Reading(lambda properties: {_text(each) for each in reading.of(properties) or []}, reading.paths)


def of_blocks(*names: str) -> Reading:
    """One property of every disk of a node."""
    inside = named(*names)
    return Reading(
        lambda properties: {
            str(each.get("DeviceName")): inside.of(each)
            for each in properties.get("LaunchTemplateData", {}).get("BlockDeviceMappings", [])
        },
        (("LaunchTemplateData", "BlockDeviceMappings", ANY, *names),),
    )


def of_schedule(bound: str) -> Reading:
    """One bound of every scheduled action, by the action's name."""
    return Reading(
        lambda properties: {
            str(each.get("ScheduledActionName")): each.get("ScalableTargetAction", {}).get(bound)
            for each in properties.get("ScheduledActions", [])
        },
        (("ScheduledActions", ANY, "ScalableTargetAction", bound),),
    )


def _kept_days(properties: Properties) -> dict[str, float]:
    """For how long a bucket keeps what is in it: the shortest rule decides."""
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    on = [rule for rule in rules if rule.get("Status") == "Enabled"]
    old = [rule["NoncurrentVersionExpiration"] for rule in on if "NoncurrentVersionExpiration" in rule]
    return {
        "objects": float(min((rule["ExpirationInDays"] for rule in on if "ExpirationInDays" in rule), default=FOREVER)),
        "old versions": float(min((each["NoncurrentDays"] for each in old), default=FOREVER)),
    }


def _reach(properties: Properties) -> tuple[str, float, float]:
    periods = [query["MetricStat"]["Period"] for query in properties.get("Metrics", []) if "MetricStat" in query]
    seconds = float(max(periods, default=properties.get("Period", 60)))
    minutes = float(properties.get("EvaluationPeriods", 1)) * seconds / 60
    return str(properties.get("ComparisonOperator", "")), float(properties.get("Threshold", 0)), minutes


def _points(properties: Properties) -> int:
    return int(properties.get("DatapointsToAlarm") or properties.get("EvaluationPeriods") or 1)


def _measured(properties: Properties) -> str:
    """What an alarm looks at: one metric, or every metric and the mathematics over them."""
    alone = {key: properties[key] for key in MEASURED if key in properties}
    return _text(properties.get("Metrics") or alone)


def _rules(properties: Properties) -> list[str]:
    return [str(rule["Name"]) for rule in properties.get("Rules", [])]


def _enforced(properties: Properties) -> dict[str, str]:
    """What each firewall rule matches and does, whatever its place and its metric's name."""
    return {
        str(rule["Name"]): _text({key: rule[key] for key in ("Statement", "Action", "OverrideAction") if key in rule})
        for rule in properties.get("Rules", [])
    }


def _letting_in(properties: Properties) -> set[str]:
    return {str(rule["Name"]) for rule in properties.get("Rules", []) if "Allow" in rule.get("Action", {})}


def _told(properties: Properties) -> set[str]:
    """Whom a budget tells, and at which share of it."""
    return {
        f"{_plain(subscriber.get('Address'))} at {each.get('Notification', {}).get('Threshold')} %"
        for each in properties.get("NotificationsWithSubscribers", [])
        for subscriber in each.get("Subscribers", [])
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _each(*names: str) -> tuple[Path, ...]:
    return tuple((name,) for name in names)


def with_paths(read: Callable[[Properties], Any], paths: Iterable[Path]) -> Reading:
    """A reading of its own kind."""
    return Reading(read, tuple(paths))


RETENTION: Final = named("RetentionInDays", default=FOREVER)
KEPT_DAYS: Final = with_paths(
    _kept_days,
    (
        ("LifecycleConfiguration", "Rules", ANY, "ExpirationInDays"),
        ("LifecycleConfiguration", "Rules", ANY, "NoncurrentVersionExpiration"),
    ),
)
REACH: Final = with_paths(_reach, _each("Threshold", "Period", "EvaluationPeriods"))
POINTS: Final = with_paths(_points, _each("DatapointsToAlarm"))
MEASURED_BY_ALARM: Final = with_paths(_measured, _each("Metrics", *MEASURED))
RULES: Final = with_paths(_rules, ())  # which one it is, the rest of it says
ENFORCED: Final = with_paths(_enforced, [("Rules", ANY, part) for part in ("Statement", "Action", "OverrideAction")])
LETTING_IN: Final = with_paths(_letting_in, ())
LETS_IN: Final = with_paths(lambda properties: ", ".join(properties.get("DefaultAction", {})), _each("DefaultAction"))
BUDGET_TELLS: Final = with_paths(_told, _each("NotificationsWithSubscribers"))

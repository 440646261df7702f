"""Looks at who is told: of alarms, of money, and what they see then."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from voicectl.alarms.definition import RUNBOOK, Alarm, CompositeAlarm, alarms_of
from voicectl.golive.answer import Found, Place, judged
from voicectl.golive.plain_values import text_of
from voicectl.review.templates import Assembly, Properties, Resource, StackTemplate, reference_of
from voicectl.toolchain import ROOT

ALARMS: Final = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
SUBSCRIPTION: Final = "AWS::SNS::Subscription"
SCALING: Final = "AWS::ApplicationAutoScaling::ScalingPolicy"
FEWEST: Final = 30  # what an environment must have of them
PART: Final = re.compile(r'\bALARM\("([^"]+)"\)')
ROWS: Final = ("Sessions", "Pipeline", "Providers", "Infrastructure")  # the seed's four
ALL_OF_IT: Final = 100  # percent


def budgets(place: Place) -> Found:
    """Somebody is told before the month's money is gone."""
    planned = place.environment.operations.monthly_budget_usd
    found = list(place.assembly.of_type("AWS::Budgets::Budget"))
    amounts = [float(each.properties["Budget"].get("BudgetLimit", {}).get("Amount", 0)) for _, each in found]
    wrong = [] if found else ["there is no budget"]
    wrong += [f"{amount:,.0f} USD, and {planned:,} were planned" for amount in amounts if not 0 < amount <= planned]
    wrong += [f"{each.construct}: nobody is told before it is gone" for at, each in found if not _warns(at, each)]
    return judged(wrong, f"{sum(amounts):,.0f} USD a month", "operations.monthly_budget_usd")


def dashboard(place: Place) -> Found:
    """One page that shows how it is, in the four rows that people know."""
    pages = [text_of(each.properties.get("DashboardBody", "")) for _, each in place.assembly.of_type(DASHBOARD)]
    graphs = [_graphs(page) for page in pages]
    wrong = [] if pages else ["there is no dashboard"]
    wrong += [f"nothing is shown under {row}" for row in ROWS for page in graphs if not page.get(row)]
    shown = ", ".join(f"{row}: {number}" for page in graphs for row, number in page.items())
    return judged(wrong, f"{len(pages)} dashboard – {shown}", "the operations stack")


def alarms_reach_people(place: Place) -> Found:
    """An alarm without an action is a picture; a part of a composite alarm tells through it."""
    known = [alarm for stack in place.assembly.stacks for alarm in _alarms_of(stack)]
    wrong = [fault for stack in place.assembly.stacks for fault in _silent(stack)]
    wrong += [f"{alarm.name}: there is no {alarm.runbook}" for alarm in known if not (ROOT / alarm.runbook).is_file()]
    wrong += [f"{name} says nobody what to do" for name in _wordless(place.assembly)]
    wrong += [f"{len(known)} alarms lead to a runbook, and {FEWEST} at least must"] if len(known) < FEWEST else []
    heard = sum(len(_heard(stack)) for stack in place.assembly.stacks)
    people = sorted({str(each["Endpoint"]) for stack in place.assembly.stacks for each in _people(stack)})
    told = f"{heard} of {len(known)} alarms tell {', '.join(people)}"  # the others are parts, or hold one back
    return judged(wrong, told, "its rule in voice_constructs, or operations.alarm_email")


def _warns(stack: StackTemplate, budget: Resource) -> bool:
    """Whether a notification with somebody at its end comes before everything is spent."""
    limit = float(budget.properties["Budget"].get("BudgetLimit", {}).get("Amount", 0))
    for each in budget.properties.get("NotificationsWithSubscribers", []):
        said = each["Notification"]
        is_money = said.get("ThresholdType") == "ABSOLUTE_VALUE"
        early = float(said.get("Threshold", ALL_OF_IT)) < (limit if is_money else ALL_OF_IT)
        rises = said.get("ComparisonOperator") == "GREATER_THAN"
        if early and rises and any(_reaches(stack, who) for who in each.get("Subscribers", [])):
            return True
    return False


def _reaches(stack: StackTemplate, subscriber: Properties) -> bool:
    if subscriber.get("SubscriptionType") == "EMAIL":
        return "@" in str(subscriber.get("Address"))
    return reference_of(subscriber.get("Address")) in _topics(stack)


def _topics(stack: StackTemplate) -> set[str | None]:
    """The topics of a stack that somebody is subscribed to."""
    return {reference_of(each.get("TopicArn")) for each in _people(stack)} - {None}


def _people(stack: StackTemplate) -> list[Properties]:
    found = [each.properties for each in stack.of_type(SUBSCRIPTION)]
    return [
        each for each in found if each.get("Endpoint") and (each.get("Protocol") != "email" or "@" in each["Endpoint"])
    ]


def _graphs(body: str) -> dict[str, int]:
    """How many graphs stand under each heading."""
    try:
        widgets = json.loads(body)["widgets"]
    except (ValueError, KeyError, TypeError):
        return {}
    graphs: dict[str, int] = {}
    heading = ""
    for widget in widgets:
        if widget["type"] == "text":
            heading = str(widget["properties"].get("markdown", "")).lstrip("# ").strip()
        elif widget["type"] == "metric" and widget["properties"].get("metrics") and heading in ROWS:
            graphs[heading] = graphs.get(heading, 0) + 1
    return graphs


def _silent(stack: StackTemplate) -> Iterator[str]:
    """Yield the alarms of a stack that nobody is told of; another region has alarms of the same names."""
    alarms, heard = _alarms_of(stack), _heard(stack)
    composites = [alarm for alarm in alarms if isinstance(alarm, CompositeAlarm)]
    told_by = {alarm.name: set(PART.findall(alarm.expression)) for alarm in composites}
    parts = {part for name in heard & set(told_by) for part in told_by[name]}
    hold_back = {alarm.suppressor for alarm in composites if alarm.suppressor}
    for alarm in alarms:
        only_holds_back = alarm.name in hold_back and alarm not in composites
        if alarm.name not in heard | parts and not only_holds_back:
            yield f"{alarm.name} tells nobody"
    for name in sorted(hold_back.union(*told_by.values()) - {alarm.name for alarm in alarms}):
        yield f"a composite alarm waits for {name}, which is not there"


def _alarms_of(stack: StackTemplate) -> list[Alarm]:
    return alarms_of(Assembly((stack,)))


def _heard(stack: StackTemplate) -> set[str]:
    """The alarms at whose end somebody is."""
    telling = {alarm.name for alarm in _alarms_of(stack) if alarm.tells}
    return {
        str(properties["AlarmName"])
        for _, properties in _alarms(Assembly((stack,)))
        if properties.get("AlarmName") in telling and _references(properties["AlarmActions"]) & _topics(stack)
    }


def _wordless(assembly: Assembly) -> Iterator[str]:
    """Yield the alarms that neither lead to a runbook nor scale anything."""
    for stack, properties in _alarms(assembly):
        scales = {
            stack.template["Resources"].get(name, {}).get("Type")
            for name in _references(properties.get("AlarmActions", []))
        }
        if SCALING not in scales and not RUNBOOK.match(str(properties.get("AlarmDescription", ""))):
            yield str(properties.get("AlarmName", "an alarm without a name"))


def _alarms(assembly: Assembly) -> Iterator[tuple[StackTemplate, Properties]]:
    return ((stack, each.properties) for kind in ALARMS for stack, each in assembly.of_type(kind))


def _references(actions: Iterable[Any]) -> set[str | None]:
    return {reference_of(action) for action in actions} - {None}

"""The short review on a terminal."""

import re
from collections import Counter

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from config.timing_budget import budget_table
from voicectl.review.budget import budget_of
from voicectl.review.cost.bill import bill_of
from voicectl.review.cost.prices import read_prices
from voicectl.review.openings import openings_of
from voicectl.review.services import ScheduledAction, Service, services_of
from voicectl.review.show.words import money
from voicectl.review.templates import Assembly


def print_review(assembly: Assembly, *, console: Console) -> None:
    """Print services, schedules, openings, sizes, the timing budget and the bill of one environment."""
    services = services_of(assembly)
    console.print(_services(services), _schedules(services), _openings(assembly), _stacks(assembly))
    console.print(Text(budget_table(budget_of(assembly))))
    console.print(_cost(assembly))


def _cost(assembly: Assembly) -> RenderableType:
    prices = read_prices()
    usd = bill_of(assembly, prices=prices).usd
    doubt = ", by unverified prices" if any(price.unverified for price in prices.values()) else ""
    name = assembly.environment or "prod"
    return Text(
        f"{money(usd.floor)} a month at the floor, {money(usd.average)} on the schedule's average{doubt}; "
        f"`voicectl review --env {name} --against main` has the whole page"
    )


def _services(services: list[Service]) -> RenderableType:
    table = Table(title="services", title_justify="left", show_lines=True, expand=False)
    for heading in ("service", "size", "tasks", "grows on", "shrinks on"):
        table.add_column(heading, overflow="fold")
    for service in services:
        grows, shrinks = "\n".join(service.signals) or "–", "\n".join(service.leaves) or _shrinks(service)
        table.add_row(service.name, service.size, service.tasks, grows, shrinks)
    return table


def _shrinks(service: Service) -> str:
    return "what it holds, when all agree" if service.signals else "–"


def _schedules(services: list[Service]) -> RenderableType:
    scheduled = [service for service in services if any(not _is_daily(action) for action in service.schedule)]
    if not scheduled:
        return Text("no schedules")
    zone = scheduled[0].schedule[0].time_zone
    table = Table(title=f"schedules, {zone}", title_justify="left")
    for heading in ("service", "when", "tasks", "what"):
        table.add_column(heading)
    for service in scheduled:
        for number, action in enumerate(action for action in service.schedule if not action.when.startswith("at(")):
            table.add_row(service.name if not number else "", _when(action), action.bounds, action.name)
        table.add_row("", _holidays(service), "", "", end_section=True)
    return table


def _is_daily(action: ScheduledAction) -> bool:
    return action.when == "cron(0 0 ? * * *)"


def _when(action: ScheduledAction) -> str:
    minute, hour, _, _, days, _ = re.fullmatch(r"cron\((.*)\)", action.when)[1].split()  # type: ignore[index]
    return f"{int(hour):02}:{int(minute):02} {'every day' if days == '*' else days}"


def _holidays(service: Service) -> str:
    dates = sorted({action.when[3:13] for action in service.schedule if action.when.startswith("at(")})
    return f"and {len(dates)} single days" if dates else ""


def _openings(assembly: Assembly) -> RenderableType:
    table = Table(title="open to the world", title_justify="left")
    for heading in ("stack", "protocol", "ports", "why"):
        table.add_column(heading)
    for opening in openings_of(assembly):
        table.add_row(opening.stack, opening.protocol, opening.ports, opening.reason)
    return table


def _stacks(assembly: Assembly) -> RenderableType:
    counts = Counter({stack.name: len(stack.template.get("Resources", {})) for stack in assembly.stacks})
    lines = [f"  {count:>4}  {name}" for name, count in counts.items()]
    return Group(Text(f"{assembly.resource_count} resources"), Text("\n".join(lines)), Text())

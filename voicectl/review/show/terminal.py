"""The page on a terminal: what would be lost first, the rest below it."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from voicectl.review.page import Review
from voicectl.review.show import words

STYLES: Final = {"bad": "bold red", "look": "blue", "good": "green", "": "dim"}
MOST_DIFFERENCES = 30  # rows, so that the services are not pages away
WIDE = 118  # columns that a week with two-hour signs needs


def print_page(review: Review, *, console: Console) -> None:
    """Print everything, in the order in which a reviewer asks."""
    console.print(
        Text(f"{words.heading(review)}: {review.resource_count} resources in {len(review.stacks)} stacks", style="bold")
    )
    console.print(_verdict(review))
    for part in _parts(review, wide=console.width >= WIDE):
        console.print(part)


def _verdict(review: Review) -> RenderableType:
    style = STYLES[words.tone(review)]
    lines = [Text(words.headline(review), style="bold")]
    changes = review.changes
    if changes:
        colour = "red" if changes.same_environment else "cyan"
        lines += [_tagged(tag, sentence, colour) for _, tag, sentence in words.loss_lines(changes)]
        lines += [_tagged(what.upper(), sentence, "yellow") for what, sentence in words.weaker_lines(changes)]
        lines += [Text(words.look_title(changes), style="bold")] * bool(changes.unjudged)
        lines += [_tagged(concern, sentence, "blue") for concern, sentence in words.look_lines(changes)]
        lines.append(Text(words.tally(changes), style="dim"))
    return Panel(Group(*lines), border_style=style, title="replaced, lost or weakened", title_align="left")


def _tagged(tag: str, sentence: str, style: str) -> Text:
    return Text.assemble((f"{tag}  ", f"bold {style}"), sentence)


def _parts(review: Review, *, wide: bool) -> Iterator[RenderableType]:
    if review.changes and review.changes.resources:
        yield _changed(review)
    yield _services(review)
    yield _week(review, hours=2 if wide else 4)
    yield _budget(review)
    yield _openings(review)
    yield _wildcards(review)
    yield _kept(review)
    yield _alarms(review)
    yield from _cost(review)


def _table(title: str, *headings: str, lines: bool = False) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=lines, expand=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _changed(review: Review) -> RenderableType:
    assert review.changes is not None
    table = _table("every difference", "what", "stack", "resource", "type", "how")
    resources = review.changes.resources
    for each in resources[:MOST_DIFFERENCES]:
        stack = words.short_stack(each.stack, review)
        table.add_row(
            words.kind_of(each, review.changes), stack, each.name, words.short_type(each.type), words.details(each)
        )
    more = len(resources) - MOST_DIFFERENCES
    return Group(table, Text(f"and {more} more; --html or --json has them", style="dim")) if more > 0 else table


def _services(review: Review) -> RenderableType:
    table = _table("services", "service", "size", "tasks", "grows on", "shrinks on", lines=True)
    for row in review.services:
        tasks = f"{row.min_tasks}–{row.max_tasks}" if row.is_scaled else f"{row.min_tasks} fixed"
        table.add_row(row.name, row.size, tasks, "\n".join(row.grows_on) or "–", "\n".join(row.shrinks_on) or "–")
    return table


def _week(review: Review, *, hours: int) -> RenderableType:
    title = f"least tasks over the week, {words.zone_of(review)}, one sign = {hours} hours"
    table = _table(title, "service", *words.DAYS, "average")
    for row in review.week:
        table.add_row(row.service, *words.spark(row, hours=hours), f"{row.average_minimum:g}")
    days = words.holidays(review)
    return Group(table, Text(f"and {len(days)} single days: {', '.join(days)}", style="dim")) if days else table


def _budget(review: Review) -> RenderableType:
    table = _table("timing budget", "", "seconds", "what", "why")
    for row in review.timing_budget:
        seconds = f"{row.left_seconds} {row.relation} {row.right_seconds}"
        table.add_row("✓" if row.holds else "✗", seconds, f"{row.left} {row.relation} {row.right}", row.why)
    return table


def _openings(review: Review) -> RenderableType:
    table = _table("open to the world", "stack", "protocol", "ports", "why")
    for row in review.openings:
        table.add_row(words.short_stack(row.stack, review), row.protocol, row.ports, row.why)
    return table


def _wildcards(review: Review) -> RenderableType:
    table = _table("IAM wildcards, by their acknowledged reason", "reason", "actions", "on", "roles")
    for row in review.wildcards:
        table.add_row(row.why, ", ".join(row.actions), "\n".join(row.resources), str(len(row.roles)))
    return table


def _kept(review: Review) -> RenderableType:
    table = _table("what stays when its stack is deleted", "policy", "type", "what")
    for policy, type_ in dict.fromkeys((row.policy, row.type) for row in review.kept):
        names = [row.name for row in review.kept if (row.policy, row.type) == (policy, type_)]
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        table.add_row(policy, words.short_type(type_), shown)
    return table


def _alarms(review: Review) -> RenderableType:
    table = _table(f"{len(review.alarms)} alarms", "alarm", "condition", "no data", "runbook")
    for row in review.alarms:
        name = row.name.removeprefix(f"voiceplane-{review.environment}-")
        table.add_row(name, row.condition, row.missing_data, row.runbook or "none")
    return table


def _cost(review: Review) -> Iterator[RenderableType]:
    cost = review.cost
    table = _table("US dollars a month", "what", "floor, 24/7", "schedule's average", "ceiling, 24/7")
    for group, *usd in words.group_totals(cost):
        table.add_row(group, *map(words.money, usd))
    table.add_section()
    total = cost.usd_per_month
    table.add_row("in all", *map(words.money, (total.floor, total.average, total.ceiling)), style="bold")
    minute = cost.per_session_minute
    table.add_row("sessions", *(f"{each.sessions:g}" for each in minute))
    table.add_row("a session-minute, full use", *(words.small_money(each.full_use) for each in minute))
    table.add_row("a session-minute, half use", *(words.small_money(each.half_use) for each in minute))
    yield table
    yield Text(f"{words.price_warning(review)} (voicectl/review/prices.toml, {cost.region_of_prices})", style="yellow")
    yield Text(f"not counted: {', '.join(cost.not_counted)}", style="dim")
    if cost.unpriced:
        yield Text(f"without a price: {', '.join(cost.unpriced)}", style="bold yellow")
    if cost.seed:
        yield _seed(review)
    yield _prices(review)


def _seed(review: Review) -> RenderableType:
    seed = review.cost.seed
    assert seed is not None
    title = f"the seed's table for {seed.sessions:,} sessions beside our ceiling of {seed.our_sessions:,.0f}"
    table = _table(title, "what", "seed", "ours")
    for row in seed.rows:
        table.add_row(row.what, words.money(row.seed), words.money(row.ours))
    table.add_section()
    printed = f"{words.money(seed.printed_total)} printed, rows add to {words.money(seed.added_total)}"
    table.add_row("in all", printed, words.money(seed.our_total), style="bold")
    return Group(table, Text("docs/costs.md explains the difference", style="dim"))


def _prices(review: Review) -> RenderableType:
    table = _table("prices", "price", "US dollars", "unit", "source")
    for price in review.cost.prices:
        table.add_row(price.key, f"{price.usd:g}", price.unit, words.price_note(price))
    return table

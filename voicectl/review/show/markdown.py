"""The page as a comment on a pull request: the verdict open, every table folded, short enough for GitHub."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from voicectl.review.page import Review
from voicectl.review.show import words

MOST_CHARACTERS: Final = 65_536  # of a comment on GitHub; it refuses longer ones
MARK: Final = "<!-- voicectl review -->"  # by which the next run finds the comment that it replaces
CUT: Final = "\n\n_Cut here: GitHub takes no longer comment. `voicectl review --html review.html` has the rest._\n"


def markdown_of(review: Review) -> str:
    """Write the whole page; tables that no longer fit are named and left out, the last ones first."""
    text = "\n".join([MARK, f"## {words.heading(review)}", "", *_verdict(review)])
    left_out = []
    for title, lines in _sections(review):
        section = _folded(title, lines)
        if len(text) + len(section) < MOST_CHARACTERS - 2_000:
            text += section
        else:
            left_out.append(title)
    if left_out:
        text += f"\n_Too long for a comment: {'; '.join(left_out)}. `voicectl review --html review.html` has them._\n"
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - len(CUT)] + CUT


def _verdict(review: Review) -> Iterator[str]:
    yield f"**{words.mark(review)} {_plain(words.headline(review))}**"
    changes = review.changes
    if not changes:
        return
    yield ""
    for _, tag, sentence in words.loss_lines(changes):
        yield f"- **{tag}** {_plain(sentence)}"
    for what, sentence in words.weaker_lines(changes):
        yield f"- **{what.upper()}** {_plain(sentence)}"
    if changes.unjudged:
        yield f"\n{words.look_title(changes)}\n"
        for concern, sentence in words.look_lines(changes):
            yield f"- **{concern}** {_plain(sentence)}"
    yield ""
    yield words.tally(changes)


def _sections(review: Review) -> Iterator[tuple[str, Iterable[str]]]:
    if review.changes and review.changes.resources:
        yield "Every difference", _table(
            ("what", "stack", "resource", "type", "how"),
            [
                (words.kind_of(each, review.changes), words.short_stack(each.stack, review), each.name,
                 words.short_type(each.type), words.details(each))
                for each in review.changes.resources
            ],
        )  # fmt: skip
    yield _cost_title(review), _cost(review)
    yield f"{len(review.services)} services", _table(
        ("service", "size", "tasks", "grows on", "shrinks on"),
        [
            (row.name, row.size, f"{row.min_tasks}–{row.max_tasks}" if row.is_scaled else f"{row.min_tasks} fixed",
             "<br>".join(row.grows_on), "<br>".join(row.shrinks_on))
            for row in review.services
        ],
    )  # fmt: skip
    yield f"The week, {words.zone_of(review)}", _week(review)
    yield (
        f"{len(review.openings)} openings to the world",
        _table(
            ("stack", "protocol", "ports", "why"),
            [(words.short_stack(row.stack, review), row.protocol, row.ports, row.why) for row in review.openings],
        ),
    )
    yield (
        "Timing budget",
        _table(
            ("", "seconds", "why"),
            [
                ("✓" if row.holds else "✗", f"{row.left_seconds} {row.relation} {row.right_seconds}", row.why)
                for row in review.timing_budget
            ],
        ),
    )
    yield (
        f"{len(review.alarms)} alarms",
        _table(
            ("alarm", "condition", "no data", "runbook"),
            [(row.name, row.condition, row.missing_data, row.runbook or "none") for row in review.alarms],
        ),
    )
    yield (
        f"{len(review.wildcards)} kinds of IAM wildcards",
        _table(
            ("reason", "actions", "roles"),
            [(row.why, ", ".join(row.actions), str(len(row.roles))) for row in review.wildcards],
        ),
    )
    yield (
        "What stays when its stack is deleted",
        _table(("policy", "type", "what"), [(row.policy, words.short_type(row.type), row.name) for row in review.kept]),
    )
    yield (
        f"{len(review.cost.prices)} prices",
        _table(
            ("price", "US dollars", "unit", "source"),
            [(price.key, f"{price.usd:g}", price.unit, words.price_note(price)) for price in review.cost.prices],
        ),
    )


def _cost_title(review: Review) -> str:
    usd = review.cost.usd_per_month
    return f"Cost: {words.money(usd.floor)} a month at the floor, {words.money(usd.average)} on the schedule's average"


def _cost(review: Review) -> Iterator[str]:
    cost = review.cost
    minute = cost.per_session_minute
    yield from _table(
        ("US dollars a month", "floor", "average", "ceiling"),
        [
            *((group, *map(words.money, usd)) for group, *usd in words.group_totals(cost)),
            ("**in all**", *map(words.money, cost.usd_per_month.model_dump().values())),
            ("sessions", *(f"{each.sessions:g}" for each in minute)),
            ("a session-minute, full use", *(words.small_money(each.full_use) for each in minute)),
            ("a session-minute, half use", *(words.small_money(each.half_use) for each in minute)),
        ],
    )
    yield ""
    yield f"{words.price_warning(review)}. Not counted: {', '.join(cost.not_counted)}."


def _week(review: Review) -> Iterator[str]:
    yield "```text"
    width = max(len(row.service) for row in review.week)
    yield f"{'':{width}}  {'  '.join(f'{day:12}' for day in words.DAYS)}"
    for row in review.week:
        yield f"{row.service:{width}}  {'  '.join(words.spark(row, hours=2))}  {row.average_minimum:g}"
    yield "```"
    if days := words.holidays(review):
        yield f"and {len(days)} single days: {', '.join(days)}"


def _folded(title: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"\n<details><summary>{_plain(title)}</summary>\n\n{body}\n\n</details>\n"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>").replace("*", "\\*") if text != "**in all**" else text


def _plain(text: str) -> str:
    """Keep what a resource is called from being read as markup."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")

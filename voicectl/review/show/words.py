"""The sentences of the page, the same wherever it is shown."""

from collections.abc import Iterator, Sequence
from typing import Final

from voicectl.review.page import Changed, Changes, Cost, Loss, PriceRow, Review, UnjudgedRow, ValueRow, WeekRow

NOTHING_LOST: Final = "nothing would be replaced, lost or weakened"
NOTHING_WEAKER: Final = "nothing is weaker here"
NOTHING_KNOWN_LOST: Final = "nothing known to be lost or weakened"
NOTHING_KNOWN_WEAKER: Final = "nothing known to be weaker here"
MOST_LOOKS: Final = 12  # lines; more are not read
MOST_VALUES: Final = 3  # of one resource, in a line
NO_COMPARISON: Final = (
    "compared with nothing; --against main, or --against staging, says what would be replaced or lost"
)
MOST_PLACES: Final = 2  # of one weakening, in a sentence
HARMLESS: Final = "made anew without loss"  # task definitions above all
KINDS: Final = ("replaced", "removed", "perhaps replaced", "changed", "added", HARMLESS)
BETWEEN: Final = {  # two environments
    "replaced": "fixed at creation",
    "perhaps replaced": "perhaps fixed at creation",
    "changed": "unlike",
    "removed": "only there",
    "added": "only here",
    HARMLESS: "unlike in what is made anew",
}
SCALE: Final = " ▁▂▃▄▅▆▇█"
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHORT: Final = {"AWS::": "", "ElasticLoadBalancingV2::": "ELB::", "ApplicationAutoScaling::": "AutoScaling::"}


def heading(review: Review) -> str:
    """The environment, and what it was read from if that is called otherwise."""
    if review.name == review.environment or not review.environment:
        return review.name
    return f"{review.environment}, from {review.name}"


def headline(review: Review) -> str:
    """The most prominent line."""
    changes = review.changes
    if changes is None:
        return NO_COMPARISON
    lost, weaker = len(changes.losses), len(changes.weaker)
    losses = "would be replaced or lost" if changes.same_environment else "unlike in what is fixed at creation"
    parts = [f"{_count(lost, 'resource')} {losses}"] * bool(lost)
    parts += [f"{_count(weaker, 'safeguard')} weaker"] * bool(weaker)
    parts = parts or [_nothing(changes)]
    parts += [f"{_count(len(changes.unjudged), 'change')} to look at"] * bool(changes.unjudged)
    return f"against {changes.against}: {' · '.join(parts)}"


def _nothing(changes: Changes) -> str:
    if changes.unjudged:
        return NOTHING_KNOWN_LOST if changes.same_environment else NOTHING_KNOWN_WEAKER
    return NOTHING_LOST if changes.same_environment else NOTHING_WEAKER


def mark(review: Review) -> str:
    """The headline's sign: a tick only where every change was judged, and none badly."""
    if review.changes is None:
        return "ℹ️"
    return "❌" if is_alarming(review) else "👀" if review.changes.unjudged else "✅"


def tone(review: Review) -> str:
    """The headline's colour in one word: bad, look, good, or nothing without a comparison."""
    return {"ℹ️": "", "❌": "bad", "👀": "look", "✅": "good"}[mark(review)]


def is_alarming(review: Review) -> bool:
    """Whether the headline is bad news."""
    changes = review.changes
    return changes is not None and bool(changes.weaker or (changes.losses and changes.same_environment))


def loss_lines(changes: Changes) -> list[tuple[Loss, str, str]]:
    """One of the losses, its tag and the sentence; alike ones share a line, so that few hide nothing behind them."""
    alike: dict[tuple[str, ...], list[Loss]] = {}
    for loss in changes.losses:
        alike.setdefault((loss.harm, loss.kind, loss.type, loss.meaning, str(loss.is_kept)), []).append(loss)
    same = changes.same_environment
    return [(group[0], _tag(group[0], same), _loss_sentence(group, same)) for group in alike.values()]


def _tag(loss: Loss, same_environment: bool) -> str:
    return loss.harm.upper() if same_environment else "FIXED AT CREATION"


def _loss_sentence(losses: list[Loss], same_environment: bool) -> str:
    """`RDS::DBInstance Database/Primary is replaced (…): the new database is empty`."""
    named = [f"{loss.stack}/{loss.name}{_because(loss)}" for loss in losses]
    first, is_one = losses[0], len(losses) == 1
    if not same_environment:
        return f"{short_type(first.type)} {_places(named)}"
    kept = f"; {'it' if first.kind == 'removed' else 'the old one'} stays in the account, unmanaged" * first.is_kept
    verb = f"{'is' if is_one else 'are'} {first.kind}"
    if is_one:
        return f"{short_type(first.type)} {first.stack}/{first.name} {verb}{_because(first)}: {first.meaning}{kept}"
    return f"{short_type(first.type)} {_places(named)} {verb}: {first.meaning}{kept}"


def _because(loss: Loss) -> str:
    return f" ({'; '.join(loss.because)})" if loss.because else ""


def weaker_lines(changes: Changes) -> list[tuple[str, str]]:
    """What is weaker, and the sentence; the same change in many places is one line."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for each in changes.weaker:
        places.setdefault((each.what, each.change, each.meaning), []).append(each.where)
    return [(what, f"{_places(where)}: {change} – {meaning}") for (what, change, meaning), where in places.items()]


def look_title(changes: Changes) -> str:
    """Above the lines below."""
    return f"look at these: {_count(len(changes.unjudged), 'change')} that no rule judges"


def look_lines(changes: Changes) -> list[tuple[str, str]]:
    """The concern and the sentence; alike ones share a line, and what is more than a screen is counted."""
    alike: dict[tuple[str, str, str, str], list[UnjudgedRow]] = {}
    for each in changes.unjudged:
        alike.setdefault((each.concern, each.type, each.kind, _values(each.values)), []).append(each)
    first = _first_of_each(list(alike))
    shown = [(key[0], _look_sentence(key, rows, changes)) for key, rows in alike.items() if key in first]
    rest = [row.concern for key, rows in alike.items() if key not in first for row in rows]
    counts = ", ".join(f"{rest.count(concern)} {concern}" for concern in dict.fromkeys(rest))
    return [*shown, *([("and more", f"{counts}; --json has every one")] if rest else [])]


def _first_of_each(keys: list[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
    """The first of every concern, then the second ones: twenty of one must not hide the one of another."""
    concerns = [key[0] for key in keys]
    places = [concerns[:number].count(concern) for number, concern in enumerate(concerns)]
    ranked = sorted(range(len(keys)), key=lambda number: (places[number], number))
    return {keys[number] for number in ranked[:MOST_LOOKS]}


def _look_sentence(key: tuple[str, str, str, str], rows: list[UnjudgedRow], changes: Changes) -> str:
    _, type_, kind, values = key
    where = _places([f"{row.stack}/{row.name}" for row in rows])
    return f"{short_type(type_)} {where} {_worded(kind, changes)}{f': {values}' if values else ''}"


def _values(values: Sequence[ValueRow]) -> str:
    shown = "; ".join(map(_value, values[:MOST_VALUES]))
    return shown if len(values) <= MOST_VALUES else f"{shown}; and {len(values) - MOST_VALUES} more"


def _value(value: ValueRow) -> str:
    if value.before is None and value.after is None:
        return value.name
    return f"{value.name} {value.before or 'nothing'} → {value.after or 'nothing'}"


def _places(where: list[str]) -> str:
    shown = "; ".join(where[:MOST_PLACES])
    return shown if len(where) <= MOST_PLACES else f"{shown}; and {len(where) - MOST_PLACES} more"


def tally(changes: Changes) -> str:
    """`2 added, 14 changed, 1 removed, 7 made anew without loss; 363 the same`."""
    kinds = [_kind(each, changes) for each in changes.resources]
    words = [f"{kinds.count(kind)} {_worded(kind, changes)}" for kind in KINDS if kind in kinds]
    return f"{', '.join(words) or 'no resource differs'}; {changes.unchanged} the same"


def kind_of(changed: Changed, changes: Changes) -> str:
    """What happens to a resource, or how two environments differ in it."""
    return _worded(_kind(changed, changes), changes)


def _kind(changed: Changed, changes: Changes) -> str:
    is_lost = any((loss.stack, loss.name) == (changed.stack, changed.name) for loss in changes.losses)
    return HARMLESS if changed.kind == "replaced" and not is_lost else changed.kind


def _worded(kind: str, changes: Changes) -> str:
    return kind if changes.same_environment else BETWEEN[kind]


def details(changed: Changed) -> str:
    """Why it is replaced, else which properties differ."""
    return "; ".join(changed.because) or ", ".join(changed.properties)


def short_type(type_: str) -> str:
    """`AWS::RDS::DBInstance` → `RDS::DBInstance`."""
    for long, short in SHORT.items():
        type_ = type_.replace(long, short)
    return type_


def short_stack(stack: str, review: Review) -> str:
    """`voiceplane-prod-media` → `media`."""
    return stack.removeprefix(f"voiceplane-{review.environment}-")


def spark(row: WeekRow, *, hours: int) -> list[str]:
    """One string a day, a sign for so many hours; higher is more tasks, against the row's own highest."""
    highest = max(row.minimum_by_hour) or 1
    days = [row.minimum_by_hour[day * 24 : (day + 1) * 24] for day in range(7)]
    return ["".join(_sign(max(day[at : at + hours]), highest) for at in range(0, 24, hours)) for day in days]


def scheduled(review: Review) -> list[WeekRow]:
    """The services whose minimum moves over the week."""
    return [row for row in review.week if len(set(row.minimum_by_hour)) > 1]


def zone_of(review: Review) -> str:
    """The schedule's time zone."""
    return next((row.time_zone for row in scheduled(review)), "UTC")


def holidays(review: Review) -> Sequence[str]:
    """Dates that have a day of their own."""
    return sorted({day for row in review.week for day in row.single_days})


def money(usd: float | None) -> str:
    """Whole dollars; a dash for nothing."""
    return "–" if usd is None else f"${usd:,.0f}"


def small_money(usd: float | None) -> str:
    """Three digits that count; a dash for nothing."""
    return "–" if usd is None else f"${usd:.3g}"


def group_totals(cost: Cost) -> Iterator[tuple[str, float, float, float]]:
    """Each group's floor, average and ceiling."""
    for group in dict.fromkeys(line.group for line in cost.lines):
        usd = [line.usd_per_month for line in cost.lines if line.group == group]
        yield group, sum(u.floor for u in usd), sum(u.average for u in usd), sum(u.ceiling for u in usd)


def price_warning(review: Review) -> str:
    """How far the prices can be trusted."""
    cost = review.cost
    unverified = sum(not price.verified for price in cost.prices)
    doubt = (
        f"{unverified} of {len(cost.prices)} prices are UNVERIFIED: nobody has read them at AWS"
        if unverified
        else f"all {len(cost.prices)} prices are verified at AWS"
    )
    others = [region for region in review.regions if region != cost.region_of_prices]
    return f"{doubt}; {', '.join(others)} priced as {cost.region_of_prices}" if others else doubt


def price_note(price: PriceRow) -> str:
    """Where a price is from."""
    mark = "" if price.verified else ", UNVERIFIED"
    return f"{price.source}, read {price.date.isoformat()}{mark}"


def _sign(value: int, highest: int) -> str:
    return SCALE[1 + round(value / highest * (len(SCALE) - 2))] if value else SCALE[0]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

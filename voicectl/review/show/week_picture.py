"""The picture of the week: a row a service, a cell an hour, darker where more tasks wait for callers."""

from collections.abc import Iterator
from html import escape
from typing import Final

from voicectl.review.page import Review, WeekRow
from voicectl.review.show.words import DAYS, zone_of

NAME, CELL, ROW, HEAD, SIDE = 150, 6, 20, 40, 150  # pixels
DAY_GAP: Final = 6
STILL: Final = 0.3  # a row that never changes stays in the background
DAY: Final = 24 * CELL + DAY_GAP
STYLE: Final = """
.week{--ink:#1c2330;--soft:#5d6a7e;--line:#dde3eb;--cell:#2563c9;--empty:#e9eef5}
@media (prefers-color-scheme:dark){.week{--ink:#e7ecf3;--soft:#94a2b6;--line:#3a4658;--cell:#6ea8ff;--empty:#1f2935}}
.week{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
.week text{fill:var(--ink);font-size:12.5px}.week .soft{fill:var(--soft);font-size:11.5px}
.week .cell{fill:var(--cell)}.week .empty{fill:var(--empty)}
"""


def week_svg(review: Review) -> str:
    """Draw every service's week."""
    width, height = NAME + 7 * DAY + SIDE, HEAD + ROW * len(review.week) + 6
    zone = zone_of(review)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="week" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="least tasks over the week, {escape(zone)}">',
        f"<style>{STYLE}</style>",
        f'<text class="soft" x="0" y="30">{escape(zone)}</text>',
        *(f'<text x="{NAME + number * DAY}" y="14">{day}</text>' for number, day in enumerate(DAYS)),
        *(_noon(number) for number in range(7)),
        f'<text class="soft" x="{NAME + 7 * DAY + 8}" y="30">least – most, average</text>',
    ]
    for number, row in enumerate(review.week):
        parts += _row(row, y=HEAD + number * ROW, bounds=_bounds(review, row.service))
    return "\n".join([*parts, "</svg>\n"])


def _noon(number: int) -> str:
    x = NAME + number * DAY
    return "".join(f'<text class="soft" x="{x + hour * CELL}" y="30">{hour}</text>' for hour in range(0, 24, 6))


def _row(row: WeekRow, *, y: int, bounds: str) -> Iterator[str]:
    highest, is_still = max(row.minimum_by_hour) or 1, len(set(row.minimum_by_hour)) == 1
    yield f'<text x="0" y="{y + 13}">{escape(row.service)}</text>'
    for start, end, low in _runs(row):
        x = NAME + start // 24 * DAY + start % 24 * CELL
        strength = STILL if is_still else 0.15 + 0.85 * low / highest
        kind = f'class="cell" fill-opacity="{strength:.2f}"' if low else 'class="empty"'
        title = f"{DAYS[start // 24]} {start % 24}:00 to {(end - 1) % 24 + 1}:00: at least {low}"
        yield (
            f'<rect {kind} x="{x}" y="{y}" width="{(end - start) * CELL}" height="{ROW - 4}" rx="2">'
            f"<title>{title}</title></rect>"
        )
    yield f'<text class="soft" x="{NAME + 7 * DAY + 8}" y="{y + 13}">{bounds}, {row.average_minimum:g}</text>'


def _runs(row: WeekRow) -> Iterator[tuple[int, int, int]]:
    """Hours of one day with the same minimum, as one cell."""
    start = 0
    for hour in range(1, 168 + 1):
        if hour == 168 or hour % 24 == 0 or row.minimum_by_hour[hour] != row.minimum_by_hour[start]:
            yield start, hour, row.minimum_by_hour[start]
            start = hour


def _bounds(review: Review, service: str) -> str:
    row = next(each for each in review.services if each.name == service)
    return f"{row.min_tasks} – {row.max_tasks}"

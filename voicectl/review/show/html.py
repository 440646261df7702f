"""The page as one HTML file: no other file, no request to anywhere, light and dark."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from voicectl.review.page import Review
from voicectl.review.show import words
from voicectl.review.show.drawing import svg_of
from voicectl.review.show.week_picture import week_svg

TEMPLATE: Final = "page.html.j2"
HARM_COLOURS: Final = {"data loss": "bad", "cuts live calls": "bad", "new address": "warn", "outage": "warn"}


def html_of(review: Review) -> str:
    """Render the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=words.money,
        small=words.small_money,
        type=words.short_type,
        stack=lambda stack: words.short_stack(stack, review),
    )
    page: str = environment.get_template(TEMPLATE).render(
        review=review,
        words=words,
        harm_colours=HARM_COLOURS,
        kept=_kept(review),
        map=Markup(svg_of(review.diagram)),  # our own drawing; its texts are escaped there
        week=Markup(week_svg(review)),  # likewise
    )
    return page


def _kept(review: Review) -> dict[tuple[str, str], list[str]]:
    """Names by policy and type."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in review.kept:
        groups.setdefault((row.policy, words.short_type(row.type)), []).append(row.name)
    return groups

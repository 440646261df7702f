"""The map as SVG: one file, its own colours, light and dark."""

from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from typing import Final

from voicectl.review.map import STORAGE
from voicectl.review.page import Arrow, Box, Diagram
from voicectl.review.show.layout import LINE, PADDING, TITLE, Layout, Spot, layout_of

HEADINGS: Final = {
    "internet": "internet",
    "public": "public subnets",
    "private": "private subnets",
    "data": "data subnets, no way out",
    "outside": "AWS",
}
IN_NETWORK: Final = ("public", "private", "data")
ONE_COLUMN: Final = 40  # how far an arrow bows out that stays in its column
STYLE: Final = """
.map{--ground:#ffffff;--ink:#1c2330;--soft:#5d6a7e;--frame:#c3ccd9;--band:#f3f6fa;--box:#ffffff;
--internet:#64748b;--public:#c2610c;--private:#2563c9;--data:#0f8a5f;--outside:#7c4bc4}
@media (prefers-color-scheme:dark){.map{--ground:#11161e;--ink:#e7ecf3;--soft:#94a2b6;--frame:#3a4658;--band:#18202b;
--box:#1f2935;--internet:#94a3b8;--public:#f59e4b;--private:#6ea8ff;--data:#45c995;--outside:#b692f0}}
.map{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;background:var(--ground)}
.map .ground{fill:var(--ground)}.map .network{fill:none;stroke:var(--frame);stroke-width:1.5;stroke-dasharray:7 5}
.map .band{fill:var(--band)}.map .box{fill:var(--box);stroke-width:1.6}
.map text{fill:var(--ink);font-size:12.5px}.map .title{font-size:14px;font-weight:650}
.map .name{font-size:22px;font-weight:700}.map .soft{fill:var(--soft)}
.map .heading{fill:var(--soft);font-size:12px;font-weight:650;letter-spacing:.05em;text-transform:uppercase}
.map .way{fill:none;stroke-width:1.7;opacity:.72}
.map .label{font-size:11px;fill:var(--soft);paint-order:stroke;stroke:var(--ground);stroke-width:4px}
.map .chip{fill:var(--outside)}.map .chip-text{fill:var(--ground);font-size:10.5px;font-weight:700}
""" + "".join(
    f".map .{zone} .box{{stroke:var(--{zone})}}.map .to-{zone}{{stroke:var(--{zone})}}"
    f".map .tip-{zone}{{fill:var(--{zone})}}.map .{zone} .title{{fill:var(--{zone})}}\n"
    for zone in HEADINGS
)


def svg_of(diagram: Diagram) -> str:
    """Draw a map."""
    stores = {arrow.source for arrow in diagram.arrows if _is_chip(arrow)}
    diagram = diagram.model_copy(update={"arrows": tuple(a for a in diagram.arrows if not _is_chip(a))})
    layout = layout_of(diagram)
    zones = {box.id: box.zone for box in diagram.boxes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}"'
        f' width="{layout.width:.0f}" height="{layout.height:.0f}" role="img" aria-label="{escape(diagram.title)}">',
        f"<style>{STYLE}</style>",
        "<defs>" + "".join(map(_tip, HEADINGS)) + "</defs>",
        f'<rect class="ground" width="{layout.width:.0f}" height="{layout.height:.0f}"/>',
        f'<text class="name" x="36" y="42">{escape(diagram.title)}</text>',
        *_bands(diagram, layout),
        *_ways(diagram, layout, zones),
        *(_box(box, layout.spots[box.id]) for box in diagram.boxes),
        *(_chip(layout.spots[box]) for box in sorted(stores)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _is_chip(arrow: Arrow) -> bool:
    """Nearly everybody writes objects: a mark on a box says it with fewer lines than an arrow."""
    return arrow.target == STORAGE


def _chip(spot: Spot) -> str:
    x, y = spot.x + spot.width - 40, spot.y + 9
    return (
        f'<g class="outside"><rect class="chip" x="{x:.0f}" y="{y:.0f}" width="30" height="17" rx="8.5"/>'
        f'<text class="chip-text" x="{x + 15:.0f}" y="{y + 12.5:.1f}" text-anchor="middle">S3</text></g>'
    )


def _tip(zone: str) -> str:
    return (
        f'<marker id="tip-{zone}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path class="tip-{zone}" d="M0 0L8 4L0 8z"/></marker>'
    )


def _bands(diagram: Diagram, layout: Layout) -> Iterator[str]:
    inside = [layout.columns[zone] for zone in IN_NETWORK if zone in layout.columns]
    if inside:
        left, right = inside[0][0] - 30, inside[-1][0] + inside[-1][1] + 30
        yield _rectangle("network", left, 64, right - left, layout.height - 82)
        yield f'<text class="soft" x="{right - 4:.0f}" y="56" text-anchor="end">{escape(diagram.network)}</text>'
    for zone, (x, width) in layout.columns.items():
        if zone in IN_NETWORK:
            yield _rectangle("band", x - 16, 78, width + 32, layout.height - 110)
        yield f'<text class="heading" x="{x}" y="102">{HEADINGS[zone]}</text>'


def _rectangle(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="10"/>'


def _box(box: Box, spot: Spot) -> str:
    y = spot.y + PADDING + TITLE - 7
    lines = [
        f'<text x="{spot.x + 14:.0f}" y="{y + LINE * (number + 1):.0f}">{escape(line)}</text>'
        for number, line in enumerate(box.lines)
    ]
    return (
        f'<g class="{box.zone}">{_rectangle("box", spot.x, spot.y, spot.width, spot.height)}'
        f'<text class="title" x="{spot.x + 14:.0f}" y="{y:.0f}">{escape(box.title)}</text>{"".join(lines)}</g>'
    )


def _ways(diagram: Diagram, layout: Layout, zones: Mapping[str, str]) -> Iterator[str]:
    ports = _ports(diagram.arrows, layout.spots)
    labels = []
    for arrow in diagram.arrows:
        start, end = ports[arrow, "source"], ports[arrow, "target"]
        sides = _side(arrow, layout.spots), _side(arrow, layout.spots, at_target=True)
        zone = zones[arrow.target]
        line = _line([start, *_passage(arrow, layout, (start[1] + end[1]) / 2), end], sides)
        yield f'<path class="way to-{zone}" marker-end="url(#tip-{zone})" d="{line}"/>'
        if arrow.label:
            labels.append(_label(arrow.label, *end))
    yield from labels


Point = tuple[float, float]


def _line(points: list[Point], sides: tuple[int, int]) -> str:
    """Curves between the points; one that passes a column goes straight through it."""
    line = "M{:.0f} {:.0f}".format(*points[0])
    for number, ((x1, y1), (x2, y2)) in enumerate(pairwise(points)):
        if y1 == y2:
            line += f"H{x2:.0f}"
            continue
        bow = max(ONE_COLUMN, abs(x2 - x1) * 0.45)
        leaves = sides[0] if number == 0 else 1
        comes = sides[1] if number == len(points) - 2 else -1
        line += f"C{x1 + bow * leaves:.0f} {y1:.0f} {x2 + bow * comes:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return line


def _passage(arrow: Arrow, layout: Layout, wanted: float) -> Iterator[Point]:
    """Where an arrow to the right passes columns between: through the gap between boxes that is nearest."""
    start, end = layout.spots[arrow.source], layout.spots[arrow.target]
    for x, width in layout.columns.values():
        if start.x < x < end.x:
            edges = sorted((spot.y, spot.y + spot.height) for spot in layout.spots.values() if spot.x == x)
            gaps = [(upper[1] + lower[0]) / 2 for upper, lower in pairwise(edges)]
            gap = min(gaps or [edges[0][0] - PADDING], key=lambda y: abs(y - wanted))
            yield x - PADDING, gap
            yield x + width + PADDING, gap


def _label(text: str, x: float, y: float) -> str:
    words = text.split(", ")
    return "".join(
        f'<text class="label" x="{x - 12:.0f}" y="{y - 6 - 12 * (len(words) - 1 - number):.0f}"'
        f' text-anchor="end">{escape(word)}</text>'
        for number, word in enumerate(words)
    )


def _side(arrow: Arrow, spots: Mapping[str, Spot], *, at_target: bool = False) -> int:
    """Which way an arrow leaves a box, and from which way it comes: 1 is right, -1 is left."""
    start, end = spots[arrow.source], spots[arrow.target]
    if start.x == end.x:
        return 1
    leaves = 1 if end.x > start.x else -1
    return -leaves if at_target else leaves


Port = tuple[Arrow, str]


def _ports(arrows: tuple[Arrow, ...], spots: Mapping[str, Spot]) -> dict[Port, tuple[float, float]]:
    """Spread the ends of arrows along the sides of their boxes, in the order of where they lead."""
    sides: dict[tuple[str, int], list[tuple[float, Port]]] = {}
    for arrow in arrows:
        for end, box, other in (("source", arrow.source, arrow.target), ("target", arrow.target, arrow.source)):
            side = _side(arrow, spots, at_target=end == "target")
            sides.setdefault((box, side), []).append((spots[other].middle, (arrow, end)))
    ports = {}
    for (box, side), ends in sides.items():
        spot = spots[box]
        x = spot.x + spot.width if side == 1 else spot.x
        for number, (_, port) in enumerate(sorted(ends, key=lambda each: each[0])):
            ports[port] = (x, spot.y + spot.height * (number + 1) / (len(ends) + 1))
    return ports

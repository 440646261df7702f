"""Where the boxes of the map stand: a column a zone, in an order that lets few arrows cross."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from voicectl.review.page import Arrow, Box, Diagram

WIDTHS: Final = {"internet": 156, "public": 230, "private": 306, "data": 216, "outside": 150}
COLUMNS: Final = tuple(WIDTHS)
GAP, FIRST_GAP, TOP, BETWEEN = 88, 128, 118, 22  # pixels between columns, before the second, above and between boxes
TITLE, LINE, PADDING = 20, 17, 14
ROUNDS: Final = 8  # of moving each box to the middle of its neighbours; it settles in three


@dataclass(frozen=True)
class Spot:
    """One box on the picture, in pixels from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Its height's half."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Layout:
    """The whole picture.

    Attributes:
        columns: Left edge and width of each zone that has boxes.
    """

    spots: Mapping[str, Spot]
    columns: Mapping[str, tuple[float, float]]
    width: float
    height: float


def layout_of(diagram: Diagram) -> Layout:
    """Place every box."""
    zones = {zone: [box for box in diagram.boxes if box.zone == zone] for zone in COLUMNS}
    zones = {zone: boxes for zone, boxes in zones.items() if boxes}
    columns, x = {}, 36.0
    for zone in zones:
        columns[zone] = (x, float(WIDTHS[zone]))
        x += WIDTHS[zone] + (FIRST_GAP if zone == "internet" else GAP)
    tallest = max(sum(height_of(box) + BETWEEN for box in boxes) for boxes in zones.values())
    for _ in range(ROUNDS):
        spots = _stacked(zones, columns, tallest=tallest)
        zones = {
            zone: sorted(boxes, key=lambda box: _pull(box, diagram.arrows, spots)) for zone, boxes in zones.items()
        }
    return Layout(_stacked(zones, columns, tallest=tallest), columns, x - GAP + 36, TOP + tallest + 56)


def height_of(box: Box) -> float:
    """As many pixels as its text needs."""
    return 2 * PADDING + TITLE + LINE * len(box.lines) - 4


def _stacked(
    zones: Mapping[str, list[Box]], columns: Mapping[str, tuple[float, float]], *, tallest: float
) -> dict[str, Spot]:
    spots = {}
    for zone, boxes in zones.items():
        left, width = columns[zone]
        free = tallest - sum(map(height_of, boxes))
        between = free / len(boxes)
        y = TOP + between / 2
        for box in boxes:
            spots[box.id] = Spot(left, y, width, height_of(box))
            y += height_of(box) + between
    return spots


def _pull(box: Box, arrows: tuple[Arrow, ...], spots: Mapping[str, Spot]) -> float:
    """The middle of a box's neighbours, and a little of its own, so that it does not swing."""
    ends = [arrow.target if arrow.source == box.id else arrow.source for arrow in arrows if box.id in _ends(arrow)]
    own = spots[box.id].middle
    return (sum(spots[end].middle for end in ends) + own) / (len(ends) + 1)


def _ends(arrow: Arrow) -> tuple[str, str]:
    return arrow.source, arrow.target

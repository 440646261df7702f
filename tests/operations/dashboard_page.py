"""A dashboard's body as one page, drawn as CloudWatch draws it, from values that somebody made up.

CloudWatch cannot be asked for a picture without an account; what is looked at here is the arrangement, the titles,
which lines are together, and where the thresholds stand.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from random import Random
from typing import Any, Final

COLUMN, ROW, GAP = 62, 44, 8  # pixels of CloudWatch's grid
COLOURS: Final = (
    "#1f77b4",
    "#ff7f0e",
    "#2ca02c",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#17becf",
    "#7f7f7f",
    "#bcbd22",
    "#d62728",
)
MINUTES: Final = 180
# Made up: a busy morning of some 120 calls, by metric.
USUAL: Final[Mapping[str, float]] = {
    "SessionsActive": 120, "SessionCapacity": 200, "FreeSlots": 78, "SessionUtilization": 61, "SessionsEnded": 5,
    "RoomsWithoutAgent": 0.2, "SessionsStuck": 0, "JobsRejected": 0.1, "TimeToFirstAudio": 1.1, "TurnLatency": 0.7,
    "MediaLatency": 90, "SessionDuration": 1400, "QueueDepth": 40, "QueueWait": 12, "JobDuration": 9,
    "JobsFailed": 0.02, "OutboxWait": 6, "BeatAge": 7, "ProviderLatency": 0.6, "ProviderRequests": 260,
    "ProviderErrors": 1.5,
    "SessionCost": 1.9, "CPUUtilization": 42, "MemoryUtilization": 55, "RunningTaskCount": 4, "NodeParticipants": 130,
    "PacketLoss": 0.4, "DatabaseConnections": 120, "DatabaseMemoryUsagePercentage": 31,
}  # fmt: skip
STEADY: Final = ("SessionCapacity", "DatabaseMemoryUsagePercentage", "RunningTaskCount")
WHOLE: Final = ("RoomsWithoutAgent", "SessionsStuck", "JobsRejected", "RunningTaskCount", "JobsFailed")
STYLE: Final = """
body { margin: 0; padding: 12px; background: #f2f3f3; color: #16191f; font: 12px/1.3 Helvetica, Arial, sans-serif }
main { position: relative }
section { position: absolute; background: #fff; border: 1px solid #d5dbdb; overflow: hidden; box-sizing: border-box }
section.text { background: none; border: 0 }
h2 { margin: 12px 2px 0; font-size: 18px }
h3 { margin: 6px 8px 0; font-size: 13px }
ul { list-style: none; margin: 6px; padding: 0; display: flex; flex-wrap: wrap; gap: 3px }
li { font-size: 9px; padding: 1px 5px; border-radius: 2px; background: #eaf6ed; color: #1d8102 }
li.on { background: #d13212; color: #fff; font-weight: 700 }
.legend { position: absolute; left: 8px; right: 8px; bottom: 3px; font-size: 10px; white-space: nowrap }
.legend i { font-style: normal; margin-right: 8px }
svg { margin-top: 4px }
svg text { font-size: 9px; fill: #687078 }
"""


def page(widgets: Sequence[Mapping[str, Any]], *, title: str, on: Sequence[str] = ()) -> str:
    """Answer the page.

    Args:
        on: Ends of the names of alarms that are shown in alarm.
    """
    bottom = max(widget["y"] + widget["height"] for widget in widgets)
    inner = "".join(_widget(widget, on) for widget in widgets)
    size = f"width:{24 * COLUMN}px;height:{bottom * ROW}px"
    head = f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>"
    return f"{head}<main style='{size}'>{inner}</main>"


def _widget(widget: Mapping[str, Any], on: Sequence[str]) -> str:
    width, height = widget["width"] * COLUMN - GAP, widget["height"] * ROW - GAP
    place = f"left:{widget['x'] * COLUMN}px;top:{widget['y'] * ROW}px;width:{width}px;height:{height}px"
    properties = widget["properties"]
    drawn = {
        "text": lambda: f"<h2>{escape(properties.get('markdown', '').removeprefix('## '))}</h2>",
        "alarm": lambda: _states(properties, on),
        "metric": lambda: _graph(properties, width, height),
    }[widget["type"]]()
    return f"<section class={widget['type']} style='{place}'>{drawn}</section>"


def _states(properties: Mapping[str, Any], on: Sequence[str]) -> str:
    names = [str(arn).rpartition(":")[2].partition("-")[2].partition("-")[2] for arn in properties["alarms"]]
    shown = "".join(
        f"<li class={'on' if name in on else 'ok'}>{escape(name)}</li>"
        for name in sorted(names, key=lambda n: n not in on)
    )
    return f"<h3>{escape(properties['title'])}</h3><ul>{shown}</ul>"


def _graph(properties: Mapping[str, Any], width: int, height: int) -> str:
    lines = {options["label"]: _values(line, options) for line, options in _visible(properties["metrics"])}
    marks = properties.get("annotations", {}).get("horizontal", [])
    top = 1.15 * max([*(max(values) for values in lines.values()), *(mark["value"] for mark in marks)]) or 1.0
    plot = _Plot(width, height - 52, top)
    colours = dict(zip(lines, COLOURS * 2, strict=False))
    drawn = "".join(plot.line(values, colours[label]) for label, values in lines.items())
    legend = "".join(f"<i><b style='color:{colours[label]}'>■</b> {escape(label)}</i>" for label in lines)
    inner = plot.axis() + drawn + "".join(plot.mark(mark) for mark in marks)
    svg = f"<svg width={width} height={height - 52}>{inner}</svg>"
    return f"<h3>{escape(properties['title'])}</h3>{svg}<div class=legend>{legend}</div>"


class _Plot:
    """Pixels of one graph."""

    def __init__(self, width: int, height: int, top: float) -> None:
        self._left, self._right, self._height, self._top = 42, width - 10, height, top

    def y(self, value: float) -> float:
        return 4 + (self._height - 16) * (1 - value / self._top)

    def line(self, values: Sequence[float], colour: str) -> str:
        step = (self._right - self._left) / (len(values) - 1)
        points = " ".join(f"{self._left + step * n:.1f},{self.y(value):.1f}" for n, value in enumerate(values))
        return f"<polyline points='{points}' fill=none stroke='{colour}' stroke-width=1.4 />"

    def mark(self, mark: Mapping[str, Any]) -> str:
        y, colour, said = self.y(mark["value"]), mark["color"], f"{mark['label']} {mark['value']:g}"
        label = f"<text x={self._right} y={y - 3:.1f} text-anchor=end style='fill:{colour}'>{said}</text>"
        return self._across(y, f"stroke='{colour}' stroke-width=1.5 stroke-dasharray='5 3'") + label

    def axis(self) -> str:
        power = 10 ** math.floor(math.log10(self._top / 3))
        step = next(power * each for each in (1, 2, 5, 10) if power * each >= self._top / 4)
        ticks = [step * number for number in range(int(self._top / step) + 1)]
        return "".join(self._across(self.y(tick), "stroke='#eaeded'") + self._tick(tick) for tick in ticks)

    def _tick(self, value: float) -> str:
        return f"<text x={self._left - 4} y={self.y(value) + 3:.1f} text-anchor=end>{round(value, 6):g}</text>"

    def _across(self, y: float, how: str) -> str:
        return f"<line x1={self._left} x2={self._right} y1={y:.1f} y2={y:.1f} {how} />"


def _visible(metrics: Sequence[Sequence[Any]]) -> Iterator[tuple[Sequence[Any], Mapping[str, Any]]]:
    for line in metrics:
        options = line[-1]
        if options.get("visible", True):
            yield line, options


def _values(line: Sequence[Any], options: Mapping[str, Any]) -> list[float]:
    """Made up, the same each time: a morning that fills, and noise."""
    name = "ProviderErrors" if len(line) == 1 else str(line[1])
    statistic, random = options.get("stat", "Sum"), Random(f"{name} {options['label']}")
    scale = USUAL[name] * random.uniform(0.75, 1.2) * {"p95": 1.6, "SampleCount": 2.2}.get(statistic, 1.0)
    still = 0.15 if name in STEADY else 1.0
    shape = (0.75 + 0.3 * math.sin(math.pi * minute / MINUTES) for minute in range(MINUTES))
    values = [max(0.0, scale * (1 + still * (level - 1)) * random.gauss(1, 0.06 * still)) for level in shape]
    return [float(round(value)) for value in values] if name in WHOLE else values

"""One screen says how the platform does: what is on, and beside every line the number that wakes somebody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from contract.metrics import NAMESPACE
from tests.frontend.browser import running_browser
from tests.operations.dashboard_page import page
from tests.operations.pictures import PICTURE, widgets_of
from tests.operations.shown import Shown, alarms_of
from tests.operations.test_alarms import tells
from tests.operations.test_published import OURS, recorded
from tests.synthesis import Synthesis

ROWS: Final = ["## Sessions", "## Pipeline", "## Providers", "## Infrastructure"]  # S191 to S194
MOST_ALARMS: Final = 100  # of an alarm widget (CloudWatch, "Dashboard Body Structure and Syntax")
MOST_METRICS: Final = 500  # of a graph; the whole dashboard may have 2,500


@pytest.fixture(scope="module")
def widgets(prod: Synthesis) -> list[dict[str, Any]]:
    """Production's."""
    return widgets_of(prod.assembly)


@pytest.fixture(scope="module")
def in_production(prod: Synthesis) -> list[Shown]:
    """Production's alarms."""
    return alarms_of(prod.assembly)


def test_it_has_the_four_rows_of_the_seed_in_their_order(widgets: list[dict[str, Any]]) -> None:
    """Callers first, machines last."""
    assert [each["properties"]["markdown"] for each in widgets if each["type"] == "text"] == ROWS


@pytest.mark.parametrize(
    ("row", "metrics"),
    [
        ("## Sessions", {"SessionsActive", "TimeToFirstAudio", "SessionDuration"}),
        ("## Pipeline", {"QueueDepth", "JobDuration", "JobsFailed"}),
        ("## Providers", {"ProviderLatency", "ProviderErrors", "SessionCost"}),
        ("## Infrastructure", {"CPUUtilization", "MemoryUtilization", "DatabaseConnections", "PacketLoss",
                               "DatabaseMemoryUsagePercentage"}),
    ],
)  # fmt: skip
def test_a_row_shows_what_the_seed_asks_for(row: str, metrics: set[str], widgets: list[dict[str, Any]]) -> None:
    """S191 to S194 and S196, one after the other."""
    assert metrics <= {name for graph in row_of(row, widgets) for _, name, _ in lines(graph)}


def test_the_top_says_what_is_on(widgets: list[dict[str, Any]], in_production: list[Shown]) -> None:
    """On a screen on the wall one sees from the door whether all is green (S195)."""
    states = [each["properties"] for each in widgets if each["type"] == "alarm"]
    listed = {str(arn).rpartition(":")[2] for each in states for arn in each["alarms"]}

    assert [each["title"] for each in states] == ["Wake somebody", "In working hours"]
    assert listed == {alarm.name for alarm in in_production if tells(alarm)}
    assert max(len(each["alarms"]) for each in states) <= MOST_ALARMS


def test_every_line_that_is_drawn_as_a_limit_is_an_alarms(
    widgets: list[dict[str, Any]], in_production: list[Shown]
) -> None:
    """Two numbers for one thing drift apart, and the one on the wall is believed."""
    alarms = [alarm for alarm in in_production if not alarm.is_composite]
    limits = {(name, alarm.properties["Threshold"], alarm.severity) for alarm in alarms for name in names(alarm)}
    drawn = [
        {(name, mark["value"], mark["label"]) for _, name, _ in lines(graph)}
        for graph in graphs(widgets)
        for mark in graph.get("annotations", {}).get("horizontal", [])
    ]

    assert len(drawn) >= 15
    assert [each for each in drawn if not each & limits] == []


def test_every_metric_of_ours_on_it_is_published(widgets: list[dict[str, Any]]) -> None:
    """An empty graph is taken for a quiet night."""
    ours = {name for graph in graphs(widgets) for namespace, name, _ in lines(graph) if namespace == NAMESPACE}

    assert [name for name in sorted(ours) if OURS[name][0] not in recorded(OURS[name][1].publisher)] == []


def test_widgets_stand_beside_each_other(widgets: list[dict[str, Any]]) -> None:
    """CloudWatch moves what overlaps, and the rows fall apart."""
    taken = [(x, y) for each in widgets for x in range(each["x"], each["x"] + each["width"])
             for y in range(each["y"], each["y"] + each["height"])]  # fmt: skip

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23
    assert max(len(graph["metrics"]) for graph in graphs(widgets)) <= MOST_METRICS


async def test_it_can_be_looked_at(widgets: list[dict[str, Any]], tmp_path: Path) -> None:
    """Every line of every graph is drawn, and nothing sticks out of its graph."""
    html = tmp_path / "dashboard.html"
    html.write_text(page(widgets, title="voiceplane-prod"))
    expected = sum(1 for graph in graphs(widgets) for _ in lines(graph))

    async with running_browser() as browser:
        view = await browser.new_page(viewport={"width": 1516, "height": 1200})
        await view.goto(html.as_uri())
        drawn = await view.locator("polyline").count()
        graph_count = await view.locator("svg").count()

    assert drawn == expected
    assert graph_count == len(list(graphs(widgets))) == 26
    assert PICTURE.exists()


def graphs(widgets: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the properties of each graph."""
    return (each["properties"] for each in widgets if each["type"] == "metric")


def row_of(title: str, widgets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answer the graphs under a heading."""
    row, found = "", []
    for each in widgets:
        row = each["properties"]["markdown"] if each["type"] == "text" else row
        if each["type"] == "metric" and row == title:
            found.append(each["properties"])
    return found


def lines(graph: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each line's namespace, metric and options; an expression is of the metric before it."""
    before: tuple[str, str] = ("", "")
    for parts in graph["metrics"]:
        options = parts[-1]
        if "expression" in options:
            yield (*before, options)
        elif options.get("visible", True):
            yield parts[0], parts[1], options
        elif options["id"].startswith("part"):
            before = parts[0], parts[1]


def names(alarm: Shown) -> set[str]:
    """The metrics that an alarm reads."""
    if "MetricName" in alarm.properties:
        return {alarm.properties["MetricName"]}
    return {
        query["MetricStat"]["Metric"]["MetricName"] for query in alarm.properties["Metrics"] if "MetricStat" in query
    }

"""`python -m tests.operations.pictures`: docs/dashboard.png, taken anew after the dashboard was changed."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any, Final

import voice_constructs  # noqa: F401  names the Node that jsii runs on
from config.load import load
from tests.frontend.browser import running_browser
from tests.operations.dashboard_page import page
from tests.operations.pages import ROOT
from tests.operations.shown import KINDS
from tests.stacks.values import ACCOUNT, Values
from tests.synthesis import synthesize
from voicectl.review.templates import Assembly, read_assembly

PICTURE: Final = ROOT / "docs" / "dashboard.png"
SIZE: Final = (1516, 1200)
ON: Final = ("CapacityLow", "ElevenlabsProviderLatency")  # so that one sees what it looks like


def widgets_of(assembly: Assembly) -> list[dict[str, Any]]:
    """Answer the widgets of an environment's dashboard, as CloudWatch would be given them."""
    [(stack, dashboard)] = assembly.of_type("AWS::CloudWatch::Dashboard")
    body = Values(assembly).text(dashboard.properties["DashboardBody"], stack=stack)
    for kind in KINDS:
        for alarm in stack.of_type(kind):
            reference, name = f"{stack.name}.{alarm.logical_id}.Arn", alarm.properties["AlarmName"]
            body = body.replace(f'"{reference}"', f'"arn:aws:cloudwatch:{stack.region}:{ACCOUNT}:alarm:{name}"')
    return list(json.loads(body)["widgets"])


async def take(html: Path, picture: Path) -> None:
    """Photograph a page, all of it."""
    async with running_browser() as browser:
        view = await browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        await view.goto(html.as_uri())
        await view.screenshot(path=picture, full_page=True)


def main() -> None:
    """Take production's."""
    with tempfile.TemporaryDirectory() as folder:
        synthesize(load("prod"), Path(folder))
        html = Path(folder) / "dashboard.html"
        html.write_text(page(widgets_of(read_assembly(Path(folder))), title="voiceplane-prod", on=ON))
        asyncio.run(take(html, PICTURE))


if __name__ == "__main__":
    main()

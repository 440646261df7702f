"""The page that Amplify builds knows its environment by what the stack tells it, and by nothing else."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.frontend.console import Console
from tests.frontend.site import FRONTEND, serving
from tests.synthesis import Synthesis
from voicectl.toolchain import NODE

pytestmark = pytest.mark.xdist_group("page")
VITE = FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"


@pytest.fixture
def told(prod: Synthesis) -> dict[str, str]:
    """The variables of production's build; addresses have no tokens in them."""
    [app] = [app.properties for _, app in prod.assembly.of_type("AWS::Amplify::App")]
    return {str(each["Name"]): str(each["Value"]) for each in app["EnvironmentVariables"]}


def test_the_page_reads_what_the_stack_tells(told: dict[str, str]) -> None:
    """A name that is wrong on either side is an empty string in a page that looks well."""
    read = set(re.findall(r"VITE_[A-Z_]+", (FRONTEND / "src" / "settings.ts").read_text()))

    assert read == {name for name in told if name.startswith("VITE_")} != set()


async def test_the_built_page_asks_for_the_key_and_offers_the_pipelines(
    told: dict[str, str], tmp_path: Path, browser: Browser
) -> None:
    """There is none in it, nor anywhere to fetch one from."""
    build(told, target=tmp_path)
    with serving(tmp_path, api_url="http://127.0.0.1:1", api_key="of another page") as url:
        console = Console(await browser.new_page())
        asked: list[str] = []
        console.page.on("request", lambda request: asked.append(request.url))

        await console.open(url)
        await console.sees(console.heading, "Sign in")
        await console.enter_key("entered by a person")

        offered = (
            await console.page.get_by_label("Pipeline").locator("option").evaluate_all("all => all.map(o => o.value)")
        )
        assert ",".join(offered) == told["VITE_PIPELINES"]
        assert [each for each in asked if not each.startswith(url) or each.endswith("config.json")] == []


def build(variables: dict[str, str], *, target: Path) -> None:
    """Build the page as Amplify does, into another folder."""
    subprocess.run(
        [NODE, VITE, "build", "--outDir", target, "--emptyOutDir", "--logLevel", "error"],
        cwd=FRONTEND,
        env={**variables, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"},
        check=True,
        timeout=120,
    )

"""`python -m tests.frontend.pictures`: the pictures of the console in docs/, taken anew after it was changed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.browser import running_browser
from tests.frontend.console import Console
from tests.frontend.scenes import in_call, recorded
from tests.frontend.site import FRONTEND, serving

DOCS: Final = FRONTEND.parent / "docs"
WIDE: Final = (820, 780)
PHONE: Final = (390, 844)
Scene = Callable[[Console, FakeCallPlatform], Awaitable[None]]


async def start(_console: Console, _platform: FakeCallPlatform) -> None:
    """Before anything."""


class Picture(NamedTuple):
    """What is taken, and how it is looked at."""

    name: str
    scene: Scene
    scheme: Literal["light", "dark"]
    size: tuple[int, int] = WIDE


KEPT: Final = (
    Picture("start", start, "light"),
    Picture("call", in_call, "light"),
    Picture("call-dark", in_call, "dark"),
    Picture("record", recorded, "light"),
    Picture("phone", in_call, "light", PHONE),
)


async def take(picture: Picture, folder: Path) -> None:
    """Play the scene and take the whole page."""
    async with FakeCallPlatform() as platform, running_browser() as browser:
        with serving(FRONTEND / "dist", api_url=platform.url, api_key=platform.api_key) as url:
            platform.origins.add(url)
            width, height = picture.size
            page = await browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=picture.scheme, reduced_motion="reduce"
            )
            console = Console(page)
            await console.open(url)
            await picture.scene(console, platform)
            await page.screenshot(path=folder / f"console-{picture.name}.png", full_page=True)


async def main() -> None:
    """Take those that are kept."""
    for picture in KEPT:
        await take(picture, DOCS)


if __name__ == "__main__":
    asyncio.run(main())

"""The HTML page in a browser: from disk, without a request, on a wide screen and a phone, light and dark."""

from pathlib import Path

import pytest

from tests.frontend.browser import running_browser
from tests.synthesis import Synthesis
from voicectl.review.making import review_of
from voicectl.review.show.drawing import svg_of
from voicectl.review.show.html import html_of
from voicectl.review.show.layout import layout_of
from voicectl.review.sides import Side, Sides

WIDE, PHONE = 1320, 390


@pytest.fixture
def file(prod: Synthesis, tmp_path: Path) -> Path:
    """Production's page on disk."""
    page = review_of(Sides(Side("prod", prod.assembly), None))
    (tmp_path / "review.html").write_text(html_of(page))
    return tmp_path / "review.html"


@pytest.mark.xdist_group("prod")
def test_only_alarms_that_tell_people_are_counted_so(prod: Synthesis, file: Path) -> None:
    """Parts of a composite, and what holds one back, tell nobody."""
    telling = sum(each.action_count > 0 for each in review_of(Sides(Side("prod", prod.assembly), None)).alarms)

    assert f"<b>{telling}</b><span>alarms that tell people</span>" in file.read_text()


@pytest.mark.xdist_group("prod")
async def test_it_opens_from_disk_and_asks_nobody(file: Path) -> None:
    """An attachment must work where the network does not."""
    asked, complaints = [], []
    async with running_browser() as browser:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))

        await page.goto(file.as_uri())

    assert asked == [file.as_uri()]
    assert complaints == []


@pytest.mark.xdist_group("prod")
@pytest.mark.parametrize("width", [WIDE, PHONE])
async def test_only_tables_and_pictures_scroll_sideways(file: Path, width: int) -> None:
    """A page that moves under the thumb is closed."""
    async with running_browser() as browser:
        page = await browser.new_page(viewport={"width": width, "height": 800})
        await page.goto(file.as_uri())

        overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert overflow <= 0


@pytest.mark.xdist_group("prod")
async def test_it_is_dark_for_who_wants_it_dark(file: Path) -> None:
    """The map too, which has its own colours."""
    grounds = []
    async with running_browser() as browser:
        for scheme in ("light", "dark"):
            page = await browser.new_page(color_scheme=scheme)
            await page.goto(file.as_uri())
            for part in ("body", "svg.map"):
                grounds.append(await page.locator(part).evaluate("part => getComputedStyle(part).backgroundColor"))

    assert grounds == ["rgb(245, 247, 250)", "rgb(255, 255, 255)", "rgb(12, 17, 24)", "rgb(17, 22, 30)"]


@pytest.mark.xdist_group("prod")
async def test_every_word_of_the_map_is_inside_its_box(file: Path) -> None:
    """A name that runs over its frame is read as somebody else's."""
    async with running_browser() as browser:
        page = await browser.new_page(viewport={"width": 1600, "height": 900})
        await page.goto(file.as_uri())

        outside = await page.evaluate(
            """[...document.querySelectorAll('svg.map g')].flatMap(group => {
                const frame = group.querySelector('rect').getBoundingClientRect();
                return [...group.querySelectorAll('text')].filter(text => {
                    const words = text.getBoundingClientRect();
                    return words.right > frame.right || words.left < frame.left || words.bottom > frame.bottom;
                }).map(text => text.textContent);
            })"""
        )

    assert outside == []


def test_no_two_boxes_of_the_map_overlap(synthesis: Synthesis) -> None:
    """Of any environment."""
    diagram = review_of(Sides(Side("it", synthesis.assembly), None)).diagram

    spots = list(layout_of(diagram).spots.values())

    assert len(spots) == len(diagram.boxes)
    for number, one in enumerate(spots):
        for other in spots[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            below = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or below
    assert svg_of(diagram).count("<path class=") > 20

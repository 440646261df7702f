"""Every link between our own pages leads somewhere."""

from pathlib import Path

import pytest

from tests.commands.clone import Clone
from tests.commands.markdown import anchors, links


def test_every_link_leads_to_a_file_of_the_clone_and_a_heading_in_it(clone: Clone) -> None:
    """Whoever is paged follows links, and has only what git has."""
    pages = [clone.folder / name for name in clone.tracked() if name.endswith(".md")]

    broken = [f"{page.relative_to(clone.folder)}: {link}" for page in pages for link in broken_links(page)]

    assert len(pages) > 20
    assert broken == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](there.md) [b](there.md#two-words-cdks) [c](.) [d](#here)\n# Here", []),
        ("[a](gone.md)", ["gone.md"]),
        ("[a](there.md#gone)", ["there.md#gone"]),
        ("[a](#gone)\n```sh\n# gone\n```", ["#gone"]),
        ("[a](https://example.com/gone) `[b](gone.md)`", []),
    ],
)
def test_a_link_that_leads_nowhere_is_found(text: str, broken: list[str], tmp_path: Path) -> None:
    """The test above says nothing if it cannot fail."""
    (tmp_path / "there.md").write_text("# There\n\n## Two words: `cdk`'s\n")
    page = tmp_path / "page.md"
    page.write_text(text)

    found = broken_links(page)

    assert found == broken


def broken_links(page: Path) -> list[str]:
    """Answer a page's links that lead nowhere."""
    return [link for link in links(page.read_text()) if not _leads_somewhere(page, link)]


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text()))

"""A figure from outside says where and when it was read, or that nobody has verified it."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.house.tree import PRODUCT, Tree, repository

DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")
COMMIT: Final = re.compile(r"(?<![0-9a-f-])(?:[0-9a-f]{40})(?![0-9a-f])")
PRICE: Final = re.compile(
    r"[$€]\s?\d+[.,]?\d*"  # $0.0043
    r"|\b\d+[.,]?\d*\s(?:USD|dollars|cents)\b"  # 0.0043 USD
    r"|\b\w*(?:price|usd_per|dollars_per|cents_per)\w*[\"']?\s*(?::\s*[\w\[\], .]+)?[=:]\s*\(?[\d.]+",
    re.IGNORECASE,
)
READ: Final = re.compile(r"\b20\d\d-\d\d-\d\d\b")
WHERE: Final = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b|\bfacts: |\bread (?:in|from|at)\b")


def unsourced_figures(tree: Tree) -> Iterator[str]:
    """Find digests, commits and prices in the product without a source and a date in the paragraph above them."""
    for path, text in tree.items():
        if path.split("/")[0] not in PRODUCT:
            continue
        for number, paragraph, line in _lines(text):
            figures = [match.group() for pattern in (DIGEST, COMMIT, PRICE) for match in pattern.finditer(line)]
            if figures and not _is_sourced(paragraph):
                yield f"{path}:{number}: {figures[0]}: say where and when it was read, or that it is unverified"


def test_every_figure_from_outside_is_sourced() -> None:
    """An invented price is believed as much as a real one, and a stale one longer."""
    assert list(unsourced_figures(repository())) == []


@pytest.mark.parametrize(
    "line",
    [
        f'DIGEST = "sha256:{"0a" * 32}"',
        f'BUILD = "{"0a1b" * 10}"',
        'NAT = "$0.045 per hour"',
        'meaning = "0.0043 USD a minute"',
        "nat_price = 0.045",
        "NAT_USD_PER_HOUR: Final = 0.045",
        '    "price": 12,',
        "PRICES: Final[dict[str, float]] = (0.1, 0.2)",
    ],
)
def test_a_figure_without_source_is_found(line: str) -> None:
    """A date alone does not say where, a place alone not when, and a paragraph above is another's."""
    for above in ("", "# 2026-11-21\n", "# aws.amazon.com\n", "# read at aws.amazon.com, 2026-11-21\n\n"):
        [fault] = unsourced_figures({"contract/a.py": f"{above}{line}\n"})
        assert fault.startswith(f"contract/a.py:{above.count(chr(10)) + 1}: ")


@pytest.mark.parametrize(
    "text",
    [
        "# read at aws.amazon.com/vpc/pricing, 2026-11-21\nNAT_USD_PER_HOUR = 0.045\nGATEWAY_USD_PER_HOUR = 0.01\n",
        "NAT_USD_PER_HOUR = 0.045  # aws.amazon.com/vpc/pricing, 2026-11-21\n",
        "NAT_USD_PER_HOUR = 0.045  # unverified\n",
    ],
    ids=["above", "beside", "unverified"],
)
def test_a_figure_with_its_source_is_left_alone(text: str) -> None:
    """One comment may speak for the table under it."""
    assert list(unsourced_figures({"contract/a.py": text})) == []


@pytest.mark.parametrize(
    "line",
    [
        'pattern = re.compile(r"sha256:[0-9a-f]{64}$")',
        "monthly_budget_usd = 1500",
        "usd: US dollars per month",
        'f"${bucket}"',
        'REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"',
    ],
)
def test_a_choice_or_a_pattern_is_no_figure_from_outside(line: str) -> None:
    """What we decide needs no source; other folders have their own guards."""
    assert list(unsourced_figures({"config/a.toml": line, "requirements.txt": "0a" * 32})) == []


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each line with its number and its paragraph as far as the line."""
    paragraph: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        paragraph = [*paragraph, line] if line.strip() else []
        yield number, "\n".join(paragraph), line


def _is_sourced(paragraph: str) -> bool:
    return "unverified" in paragraph or bool(READ.search(paragraph) and WHERE.search(paragraph))

"""The repository as the guards see it: the path and text of every file that git has or would take.

Each guard is a function of such a tree that yields one line per fault, so that a test can show it a small bad one.
"""

import ast
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = ("contract", "config", "constructs", "stacks", "voicectl", "app.py")

Tree = Mapping[str, str]


@cache
def repository() -> Tree:
    """Read every text file of this copy that is tracked, or would be with `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    files = {name: ROOT / name for name in sorted(set(listed.split("\0")) - {""})}
    texts = {name: _text(path) for name, path in files.items() if path.is_file()}
    return {name: text for name, text in texts.items() if text is not None}


def python(tree: Tree, *tops: str) -> Iterator[tuple[str, str]]:
    """Yield the Python files, all of them or those at or under one of some top-level names."""
    for path, text in tree.items():
        if path.endswith(".py") and (not tops or path.split("/")[0] in tops):
            yield path, text


@cache
def syntax(text: str) -> ast.Module:
    """Parse a file once for all guards."""
    return ast.parse(text)


def _text(path: Path) -> str | None:
    """Answer None for a picture or another file that is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None

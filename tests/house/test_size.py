"""A file, a function and a construct fit on a screen, or nearly."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.house.tree import Tree, python, repository, syntax

MOST_LINES: Final = 350
MOST_LINES_OF_INIT: Final = 30
MOST_LINES_OF_APP: Final = 30
MOST_STATEMENTS: Final = 30


def long_files(tree: Tree) -> Iterator[str]:
    """Find Python and TypeScript files that should have been two."""
    for path, text in tree.items():
        if path.endswith((".py", ".ts", ".tsx")) and (lines := text.count("\n")) > MOST_LINES:
            yield f"{path}: {lines} lines, more than {MOST_LINES}; give its second noun a file"


def long_inits(tree: Tree) -> Iterator[str]:
    """Find constructs and stacks whose `__init__` does too much."""
    for path, text in python(tree, "constructs", "stacks"):
        for node in ast.walk(syntax(text)):
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MOST_LINES_OF_INIT:
                    yield f"{path}:{node.lineno}: __init__ has {lines} lines, more than {MOST_LINES_OF_INIT}"


def app_that_is_no_screen(tree: Tree) -> Iterator[str]:
    """Find an app.py that no longer shows the whole architecture at a glance."""
    lines = tree["app.py"].count("\n")
    if lines > MOST_LINES_OF_APP:
        yield f"app.py: {lines} lines, more than {MOST_LINES_OF_APP}"


def unlimited_functions(tree: Tree) -> Iterator[str]:
    """Find ways around ruff's limit of statements."""
    lint = tomllib.loads(tree["pyproject.toml"])["tool"]["ruff"]["lint"]
    if "PLR0915" not in lint["select"] or lint["pylint"]["max-statements"] != MOST_STATEMENTS:
        yield f"pyproject.toml: ruff does not refuse functions of more than {MOST_STATEMENTS} statements"
    let_off = [*lint.get("ignore", []), *sum(lint.get("per-file-ignores", {}).values(), [])]
    if any("PLR0915".startswith(code) for code in let_off):
        yield "pyproject.toml: ruff lets some files off its limit of statements"
    for path, text in python(tree):
        if re.search(r"#.*\bnoqa: .*PLR" + "0915", text):
            yield f"{path}: lets itself off the limit of statements"


@pytest.mark.parametrize("guard", [long_files, long_inits, app_that_is_no_screen, unlimited_functions])
def test_the_house_keeps_its_size(guard: Callable[[Tree], Iterator[str]]) -> None:
    """What does not fit on a screen is not read before it is changed."""
    assert list(guard(repository())) == []


def test_a_long_file_is_found() -> None:
    """The limit itself is allowed; one line more is not, and other files may be as long as they like."""
    tree = {
        "agent/a.py": "a = 1\n" * 350,
        "agent/b.py": "b = 1\n" * 351,
        "frontend/src/c.tsx": "c;\n" * 351,
        "requirements.txt": "d\n" * 2000,
    }

    assert list(long_files(tree)) == [
        "agent/b.py: 351 lines, more than 350; give its second noun a file",
        "frontend/src/c.tsx: 351 lines, more than 350; give its second noun a file",
    ]


def test_a_long_init_is_found() -> None:
    """Thirty lines with signature and docstring: a construct with many arguments should be two, or take a section."""
    head = 'class A:\n    def __init__(\n        self,\n    ) -> None:\n        """Make it."""\n'
    tree = {
        "constructs/voice_constructs/fits.py": head + "        self.a = 1\n" * 26,
        "constructs/voice_constructs/long.py": head + "        self.a = 1\n" * 27,
        "stacks/bare.py": "class A:\n    def __init__(self) -> None:\n" + "        self.a = 1\n" * 30,
        "config/elsewhere.py": head + "        self.a = 1\n" * 99,
    }

    assert list(long_inits(tree)) == [
        "constructs/voice_constructs/long.py:2: __init__ has 31 lines, more than 30",
        "stacks/bare.py:2: __init__ has 31 lines, more than 30",
    ]


def test_an_app_of_two_screens_is_found() -> None:
    """Whoever opens it should see every stack."""
    assert list(app_that_is_no_screen({"app.py": "a = 1\n" * 31})) == ["app.py: 31 lines, more than 30"]


@pytest.mark.parametrize(
    ("lint", "source", "said"),
    [
        ('select = ["E"]\npylint.max-statements = 30', "", "ruff does not refuse"),
        ('select = ["PLR0915"]\npylint.max-statements = 50', "", "ruff does not refuse"),
        ('select = ["PLR0915"]\npylint.max-statements = 30\nignore = ["PLR"]', "", "lets some files off"),
        (
            'select = ["PLR0915"]\npylint.max-statements = 30\nper-file-ignores = { "a" = ["PLR0915"] }',
            "",
            "lets some files off",
        ),
        ('select = ["PLR0915"]\npylint.max-statements = 30', "def f(): ...  # noqa: PLR" + "0915\n", "lets itself off"),
    ],
    ids=["not selected", "another limit", "ignored", "ignored in a file", "noqa"],
)
def test_a_way_around_the_limit_is_found(lint: str, source: str, said: str) -> None:
    """A limit with exceptions is none."""
    [fault] = unlimited_functions({"pyproject.toml": f"[tool.ruff.lint]\n{lint}\n", "agent/a.py": source})

    assert said in fault

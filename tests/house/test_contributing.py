"""CONTRIBUTING shows how to add one thing, in ten lines, and what it shows works."""

import ast
import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Final

import pytest

from contract import metrics, pools
from tests.house.tree import repository, syntax

RECIPES: Final = ("metric", "alarm", "Celery pool", "environment")
MOST_LINES: Final = 10


def recipes(text: str) -> Mapping[str, str]:
    """Cut "Adding one thing" into its recipes, by what each adds; none if the section is gone."""
    section = re.search(r"^## Adding one thing\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^\*\*An? ([\w ]+)\*\*", section[1] if section else "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def long_or_missing_recipes(text: str) -> Iterator[str]:
    """Find what nobody is told how to add, and what takes more than a glance to."""
    told = recipes(text)
    for name in RECIPES:
        lines = len(told.get(name, "").strip().splitlines())
        if not lines:
            yield f"CONTRIBUTING.md: does not say how to add a {name}"
        elif lines > MOST_LINES:
            yield f"CONTRIBUTING.md: {lines} lines to add a {name}, more than {MOST_LINES}"


def test_each_thing_is_added_in_ten_lines() -> None:
    """One place each; if a recipe grows, the code has grown a second place."""
    assert list(long_or_missing_recipes(_contributing())) == []


def test_a_missing_and_a_long_recipe_are_found() -> None:
    """Ten lines are allowed, eleven are not."""
    long = (
        "## Adding one thing\n\n**A metric** is easy.\n\n**An alarm** is\n" + "a line\n" * 10 + "\n## Next\n**A thing**"
    )

    assert list(long_or_missing_recipes(long)) == [
        "CONTRIBUTING.md: 11 lines to add a alarm, more than 10",
        "CONTRIBUTING.md: does not say how to add a Celery pool",
        "CONTRIBUTING.md: does not say how to add a environment",
    ]


@pytest.mark.parametrize(
    ("recipe", "module", "name"), [("metric", metrics, "ECHO_LEVEL"), ("Celery pool", pools, "REPORTS")]
)
def test_what_is_shown_can_be_pasted(recipe: str, module: ModuleType, name: str) -> None:
    """A recipe that has gone stale is worse than none: it is tried first."""
    names: dict[str, Any] = dict(vars(module))

    exec(_example(recipe), names)

    assert isinstance(names[name], metrics.Metric | pools.Pool)
    assert name not in vars(module)


def test_the_alarm_that_is_shown_has_every_column() -> None:
    """It is a row of a table, so a column that is added must be added here too."""
    calls = [node for node in ast.walk(syntax(f"[{_example('alarm')}]")) if isinstance(node, ast.Call)]
    source = syntax(repository()["constructs/voice_constructs/alarms/rule.py"])
    [rule] = [node for node in source.body if isinstance(node, ast.ClassDef) and node.name == "AlarmRule"]
    columns = [node for node in rule.body if isinstance(node, ast.AnnAssign)]
    required = [column for column in columns if column.value is None]

    assert len(calls) == 1
    assert len(required) <= len(calls[0].args) <= len(columns)


def test_the_environment_that_is_shown_is_a_file_where_it_says() -> None:
    """The folder is the list of environments."""
    assert "`config/environments/demo.toml`" in recipes(_contributing())["environment"]
    assert "config/environments/dev.toml" in repository()


def _contributing() -> str:
    return repository()["CONTRIBUTING.md"]


def _example(recipe: str) -> str:
    block = re.search(r"```python\n(.*?)```", recipes(_contributing())[recipe], re.DOTALL)
    return block[1] if block else ""

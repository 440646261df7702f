"""Who may import whom is what the documents say, and import-linter refuses the rest."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.house.tree import Tree, repository

# One import that breaks each contract, by the contract's name.
BREAKS: Final = {
    "infrastructure: app → stacks → voice_constructs → config → contract": ("config/a.py", "import stacks"),
    "containers: runtime.gateway → agent → runtime.kit → contract": ("runtime/kit/a.py", "import agent"),
    "containers: control_plane → runtime.kit → contract": ("runtime/kit/b.py", "import control_plane"),
    "agent and control_plane never import each other": ("agent/a.py", "import control_plane"),
    "infrastructure and containers meet in contract only": ("voice_constructs/a.py", "import runtime"),
    "containers never import the CDK": ("control_plane/a.py", "import aws_cdk"),
    "reading an environment file never starts the CDK": ("config/b.py", "import jsii"),
    "piper, which is GPL-3, stays in its own process": ("agent/b.py", "import piper"),
    "nothing imports voicectl": ("stacks/a.py", "import voicectl"),
}


def misnamed_layers(tree: Tree) -> Iterator[str]:
    """Find contracts of layers that check others than their name says; `app` is one module, no package."""
    for contract in _contracts(tree):
        if contract["type"] == "layers":
            named = contract["name"].split(": ")[1].split(" → ")
            if [layer for layer in named if layer != "app"] != contract["layers"]:
                yield f"pyproject.toml: {contract['name']} checks {' → '.join(contract['layers'])}"


def stacks_without_file(tree: Tree) -> Iterator[str]:
    """Find rows of the table of stacks whose file is not there, and files without a row."""
    table = re.search(r"^\| stack \|.*?\n\n", tree["docs/architecture.md"], re.MULTILINE | re.DOTALL)
    rows = {row.replace("-", "_") for row in re.findall(r"^\| ([a-z-]+) \|", table[0] if table else "", re.MULTILINE)}
    files = {Path(path).stem for path in tree if re.fullmatch(r"stacks/[a-z_]+\.py", path)}
    for name in sorted((rows - {"stack"}) ^ (files - {"__init__", "further_region"})):
        yield f"docs/architecture.md, stacks/: {name} is in one of them only"


def test_contracts_check_what_they_are_called() -> None:
    """The name is what a refused commit is shown."""
    assert list(misnamed_layers(repository())) == []


def test_every_stack_is_in_the_architecture() -> None:
    """The table of lifetimes is what a reviewer checks a new stack against."""
    assert list(stacks_without_file(repository())) == []


def test_make_check_runs_the_linter() -> None:
    """A contract that nobody runs is prose."""
    [check] = re.findall(r"^check:.*\n((?:\t.*\n)+)", repository()["Makefile"], re.MULTILINE)

    assert "lint-imports" in check


def test_a_misnamed_contract_is_found() -> None:
    """A layer that is left out is not checked at all."""
    tree = {
        "pyproject.toml": '[[tool.importlinter.contracts]]\nname = "x: app → a → b → c"\ntype = "layers"\n'
        'layers = ["a", "c"]\n'
    }

    assert list(misnamed_layers(tree)) == ["pyproject.toml: x: app → a → b → c checks a → c"]


def test_a_stack_that_the_architecture_forgot_is_found() -> None:
    """And a row that outlived its file."""
    tree = {
        "docs/architecture.md": "| stack | holds |\n|---|---|\n| control-plane | API |\n| cellar | wine |\n\n| attic |",
        "stacks/__init__.py": "",
        "stacks/control_plane.py": "",
        "stacks/attic.py": "",
    }

    assert [fault.split(": ")[1].split()[0] for fault in stacks_without_file(tree)] == ["attic", "cellar"]


def test_a_house_without_imports_keeps_every_contract(house: Path) -> None:
    """So that what is refused below is refused for its import."""
    assert _broken(house) == []


@pytest.mark.parametrize("name", BREAKS)
def test_every_contract_refuses_an_import_that_breaks_it(house: Path, name: str) -> None:
    """A contract whose packages were renamed would keep silent for ever."""
    place, line = BREAKS[name]
    (house / place).write_text(f"{line}\n")

    assert _broken(house) == [name]


def test_every_contract_is_shown_to_refuse() -> None:
    """A new one brings an import that breaks it."""
    assert [contract["name"] for contract in _contracts(repository())] == list(BREAKS)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Our packages, empty, under our own contracts."""
    settings = repository()["pyproject.toml"]
    modules = tomllib.loads(settings)["tool"]["importlinter"]["root_packages"]
    for module in [*modules, "runtime/kit", "runtime/gateway"]:
        (tmp_path / module).mkdir()
        (tmp_path / module / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text(settings)
    return tmp_path


def _contracts(tree: Tree) -> list[dict[str, Any]]:
    return list(tomllib.loads(tree["pyproject.toml"])["tool"]["importlinter"]["contracts"])


def _broken(house: Path) -> list[str]:
    """Answer the names of the contracts that import-linter finds broken in a house, in pyproject's order."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ended = subprocess.run(command, cwd=house, env={"PYTHONPATH": str(house)}, capture_output=True, text=True)
    said = [line.rsplit(" ", 1) for line in ended.stdout.splitlines() if line.endswith((" KEPT", " BROKEN"))]
    assert [name for name, _ in said] == [contract["name"] for contract in _contracts(repository())], ended.stdout
    return [name for name, verdict in said if verdict == "BROKEN"]

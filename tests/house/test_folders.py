"""One folder, one question: each says which, and none is a drawer for the rest."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Final

import pytest

from tests.house.tree import Tree, python, repository, syntax

DRAWERS: Final = frozenset({"util", "helper", "common", "misc"})


def silent_folders(tree: Tree) -> Iterator[str]:
    """Find top-level folders, and folders with Python, whose first paragraph does not ask their question.

    It is the README's, or the docstring of `__init__.py`. What is below `tests/` mirrors the source and
    answers the source's questions.
    """
    for folder in sorted(_folders(tree)):
        asked = _readme(tree, folder) + _docstring(tree, folder)
        if not asked:
            yield f"{folder}: no README.md, and no docstring in __init__.py; say which question it answers"
        elif "?" not in asked:
            yield f"{folder}: its first paragraph asks nothing; say which question the folder answers"


def drawers(tree: Tree) -> Iterator[str]:
    """Find modules and folders that are named after nothing."""
    for path, _ in python(tree):
        for part in PurePosixPath(path).with_suffix("").parts:
            words = {word.lower().removesuffix("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", part)}
            if words & DRAWERS:
                yield f"{path}: {part} is no noun of this house; name it after what it holds"


def second_roots(tree: Tree) -> Iterator[str]:
    """Find the file with which `import constructs` would no longer be PyPI's, and aws_cdk would break."""
    if "constructs/__init__.py" in tree:
        yield "constructs/__init__.py: PyPI's constructs owns this name; our package is voice_constructs"


@pytest.mark.parametrize("guard", [silent_folders, drawers, second_roots])
def test_every_folder_asks_one_question(guard: Callable[[Tree], Iterator[str]]) -> None:
    """A newcomer finds the folder by its question, and knows what does not belong there."""
    assert list(guard(repository())) == []


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"agent/call.py": ""}, "agent: no README.md"),
        ({"agent/__init__.py": "", "agent/call.py": ""}, "agent: no README.md"),
        ({"agent/__init__.py": '"""What happens in a call?"""', "agent/guards/idle.py": ""}, "agent/guards: no README"),
        ({"agent/__init__.py": '"""Things.\n\nWhat else?"""'}, "agent: its first paragraph asks nothing"),
        ({"terraform/main.tf": ""}, "terraform: no README.md"),
        ({"terraform/README.md": "# Terraform\n\n## Why?\n"}, "terraform: its first paragraph asks nothing"),
    ],
    ids=["nothing", "empty", "below", "asked later", "without Python", "asked under a heading"],
)
def test_a_silent_folder_is_found(tree: Tree, said: str) -> None:
    """A folder without a question collects what nobody knew where to put."""
    [fault] = silent_folders(tree)

    assert fault.startswith(said)


def test_a_heading_and_its_paragraph_are_read_together() -> None:
    """The question may be either; hidden folders and tests have none of their own."""
    tree = {
        "docs/README.md": "# Where does a person read on?\n\nHere.\n",
        "runtime/README.md": "# Runtime\n\nWhat do all containers carry?\n",
        ".github/workflows/test.yml": "",
        "tests/README.md": "# What is promised?\n",
        "tests/agent/test_call.py": "",
    }

    assert list(silent_folders(tree)) == []


@pytest.mark.parametrize(
    "path",
    [
        "agent/utils.py",
        "agent/Util.py",
        "agent/call_helpers.py",
        "agent/callHelper.py",
        "agent/common/call.py",
        "tests/test_misc.py",
    ],
)
def test_a_drawer_is_found(path: str) -> None:
    """Any case, singular or plural, alone or as a part of a name."""
    assert len(list(drawers({path: ""}))) == 1


def test_a_word_that_only_begins_like_a_drawer_is_none() -> None:
    """Utilization is a noun of this house."""
    assert list(drawers({"agent/utilization.py": "", "agent/commonwealth.py": "", "agent/miscount.py": ""})) == []


def test_a_second_root_is_found() -> None:
    """It is one empty file, which an editor makes unasked."""
    assert len(list(second_roots({"constructs/__init__.py": ""}))) == 1


def _folders(tree: Tree) -> set[str]:
    tops = {path.split("/")[0] for path in tree if "/" in path}
    of_python = {str(PurePosixPath(path).parent) for path, _ in python(tree) if "/" in path}
    return {folder for folder in tops | of_python if not folder.startswith((".", "tests/"))}


def _readme(tree: Tree, folder: str) -> str:
    """Answer the heading and the paragraph under it."""
    paragraphs = tree.get(f"{folder}/README.md", "").strip().split("\n\n")
    prose = [paragraph for paragraph in paragraphs[:2] if not paragraph.startswith("##")]
    return "\n".join(prose)


def _docstring(tree: Tree, folder: str) -> str:
    first = syntax(tree.get(f"{folder}/__init__.py", "")).body[:1]
    value = getattr(getattr(first[0], "value", None), "value", "") if first else ""
    return value.split("\n\n")[0] if isinstance(value, str) else ""

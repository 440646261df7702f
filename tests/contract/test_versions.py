"""Third-party software has one version, written once, with where and when it was read."""

import ast
import re
from collections.abc import Iterator

import pytest

from contract import versions
from contract.images import EGRESS, LIVEKIT
from contract.versions import ThirdParty
from tests.house.tree import PRODUCT, Tree, python, repository, syntax

ALL = {name: value for name, value in vars(versions).items() if isinstance(value, ThirdParty)}
EACH = pytest.mark.parametrize("name", ALL)
FOR_AN_IMAGE = {"PGBOUNCER"}  # installed when its image is built, in runtime/images


def second_literals(tree: Tree) -> Iterator[str]:
    """Find a version of the table in another string of the product; prose in docstrings and comments may name it."""
    for path, text in python(tree, *PRODUCT):
        if path == "contract/versions.py":
            continue
        for node in _strings(syntax(text)):
            for party in ALL.values():
                if _names(str(node.value), party.version):
                    yield f"{path}:{node.lineno}: {party.name} {party.version} is in contract/versions.py"


@EACH
def test_a_version_says_where_and_when_it_was_read(name: str) -> None:
    """A year later somebody must find the same page, or know that there was none."""
    source = ALL[name].source

    assert re.search(r"\b20\d\d-\d\d-\d\d\b", source) or "unverified" in source
    assert len(source.split()) >= 4 or "unverified" in source
    assert ALL[name].version.split(".")[0] in source
    assert re.fullmatch(r"\d+(\.\d+)*", ALL[name].version)


@EACH
def test_a_version_is_used(name: str) -> None:
    """The table is what is deployed, not what was once meant to be."""
    users = [
        path
        for path, text in python(repository(), *PRODUCT)
        if path != "contract/versions.py" and re.search(rf"\b{name}\.version\b", text)
    ]

    assert users or name in FOR_AN_IMAGE


def test_mirrored_images_have_the_tables_versions() -> None:
    """Their makers put a *v* in front."""
    assert (LIVEKIT.mirrored_tag, EGRESS.mirrored_tag) == ("v1.13.5", "v1.14.1")
    assert LIVEKIT.origin == "docker.io/livekit/livekit-server:v1.13.5"
    assert EGRESS.origin == "docker.io/livekit/egress:v1.14.1"


def test_no_version_is_written_twice() -> None:
    """An upgrade of one of two is a platform that nobody has tested."""
    assert list(second_literals(repository())) == []


def test_a_second_literal_is_found() -> None:
    """In any string but a docstring, with or without what makers put around it."""
    tree = {
        "contract/versions.py": 'LIVEKIT = "1.13.5"\n',
        "stacks/a.py": '"""LiveKit 1.13.5."""\nTAG = "v1.13.5"\nURL = f"livekit-server:v1.13.5-{1}"\n',
        "constructs/voice_constructs/b.py": 'engine = "18"\nother = "180"\nhost = "10.9.1.18"\nlong = "11.13.5"\n',
    }

    assert [fault.split(" is in")[0] for fault in second_literals(tree)] == [
        "stacks/a.py:2: LiveKit server 1.13.5",
        "stacks/a.py:3: LiveKit server 1.13.5",
        "constructs/voice_constructs/b.py:1: PostgreSQL 18",
    ]


def _names(text: str, version: str) -> bool:
    """Whether a text has a version in it; a single number must be all of the text."""
    if "." not in version:
        return text == version
    return bool(re.search(rf"(?<![\d.]){re.escape(version)}(?!\.?\d)", text))


def _strings(module: ast.Module) -> Iterator[ast.Constant]:
    """Yield every string that is a value."""
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node

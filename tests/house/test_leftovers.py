"""Nothing of the machine, the network or the hurry in which it was written is left in the repository."""

import ast
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.house.tree import PRODUCT, Tree, python, repository, syntax

HERE: Final = "tests/house/test_leftovers.py"  # the only file with bad examples in it
MACHINE_PATH: Final = re.compile(r"(?<![\w.})/-])/(?:work|root|home/\w+|Users/\w+)/[\w.]")
URL_HOST: Final = re.compile(r"\b[a-z][a-z+]*://(?:[^\s/@\"']*@)?(\[[0-9a-f:]+\]|[\w.-]+)", re.IGNORECASE)
PRIVATE_NAME: Final = re.compile(
    r"\.(?:internal|intranet|corp|lan|local)$|^(?:registry|mirror|proxy|nexus|artifactory)\."
)
INDEX: Final = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|^registry ?=|\"resolved\": ", re.MULTILINE
)
MARKER: Final = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!.*#\d)(?! without an issue)")
ECS_METADATA: Final = frozenset({"169.254.169.254", "169.254.170.2"})  # the same in every account


def machine_paths(tree: Tree) -> Iterator[str]:
    """Find paths that exist where somebody worked."""
    yield from _matches(
        tree, MACHINE_PATH, "a path of one machine; take it from where the file is, or from an argument"
    )


def private_hosts(tree: Tree) -> Iterator[str]:
    """Find URLs of a private network, and options that say where packages are downloaded from."""
    for place, line in _lines(tree):
        for host in URL_HOST.findall(line):
            if _is_private(host):
                yield f"{place}: {host} is reached from one network only"
    settings = {path: text for path, text in tree.items() if not path.endswith(".py")}
    yield from _matches(settings, INDEX, "where packages come from is the business of whoever installs them")


def markers(tree: Tree) -> Iterator[str]:
    """Find what somebody meant to do later and told no issue."""
    yield from _matches(tree, MARKER, "open an issue and name it, or do it now")


def swallowed_errors(tree: Tree) -> Iterator[str]:
    """Find handlers in the product that catch everything and answer nothing."""
    for path, text in python(tree, *PRODUCT):
        for node in ast.walk(syntax(text)):
            if isinstance(node, ast.ExceptHandler) and _swallows(node):
                yield f"{path}:{node.lineno}: catch only what you can answer"


def sleeps(tree: Tree) -> Iterator[str]:
    """Find waits of the product that no test can shorten."""
    for path, text in python(tree, *PRODUCT):
        for node in ast.walk(syntax(text)):
            if isinstance(node, ast.ImportFrom | ast.Attribute) and _is_sleep(node):
                yield f"{path}:{node.lineno}: time.sleep; wait for what happens, or take the clock as an argument"


@pytest.mark.parametrize("guard", [machine_paths, private_hosts, markers, swallowed_errors, sleeps])
def test_nothing_is_left_behind(guard: Callable[[Tree], Iterator[str]]) -> None:
    """It works on one machine, or hides why it does not on another."""
    assert list(guard(repository())) == []


@pytest.mark.parametrize(
    ("guard", "line"),
    [
        (machine_paths, "cd " + "/".join(("", "work", "ann"))),
        (machine_paths, "see " + "/".join(("", "root", ".aws", "config"))),
        (machine_paths, "open('" + "/".join(("", "home", "ann", "voiceplane"))),
        (machine_paths, "/".join(("", "Users", "ann", "voiceplane"))),
        (private_hosts, "https://10.0.3.4:8443/simple"),
        (private_hosts, "http://user:word@192.168.1.9/"),
        (private_hosts, "https://pypi.corp/simple"),
        (private_hosts, "https://registry.example.com/npm/"),
        (private_hosts, "redis://cache.build.internal:6379/0"),
        (private_hosts, "--extra-index-url https://example.com/simple"),
        (private_hosts, "registry=https://example.com/"),
        (private_hosts, '    "resolved": "https://example.com/a.tgz",'),
        (markers, "# TODO: later"),
        (markers, "FIXME"),
        (markers, "# XXX why?"),
    ],
)
def test_a_leftover_is_found(guard: Callable[[Tree], Iterator[str]], line: str) -> None:
    """In any text file, documentation too."""
    assert [fault.split(":")[:2] for fault in guard({"docs/a.md": f"fine\n{line}\n"})] == [["docs/a.md", "2"]]


@pytest.mark.parametrize(
    "line",
    [
        "/".join(("runtime", "work", "queue.py")),
        "/".join(("${project}", "root", "x")),
        "https://example.com/home/ann/x",
        "http://127.0.0.1:8000/livez",
        "http://169.254.170.2/v4/",
        'f"https://internal.{domain}"',
        "cidr = 10.1.0.0/16",
        "no TODO without an issue",
        "# TODO(#12): when moto has it",
    ],
)
def test_what_only_looks_like_a_leftover_is_not_one(line: str) -> None:
    """A guard that cries wolf is switched off."""
    tree = {"docs/a.md": line}

    assert [*machine_paths(tree), *private_hosts(tree), *markers(tree)] == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    a()\nexcept:\n    raise\n",
        "try:\n    a()\nexcept Exception:\n    pass\n",
        "try:\n    a()\nexcept (ValueError, BaseException):\n    ...\n",
    ],
    ids=["bare", "pass", "dots"],
)
def test_a_swallowed_error_is_found(source: str) -> None:
    """Tests may catch what they like; the product may not."""
    assert list(swallowed_errors({"stacks/a.py": source, "tests/a.py": source})) == [
        "stacks/a.py:3: catch only what you can answer"
    ]


def test_an_error_that_is_answered_is_none() -> None:
    """The migration answers CloudFormation, which would wait an hour for it."""
    answered = "try:\n    a()\nexcept Exception as refused:\n    answer(refused)\n"

    assert list(swallowed_errors({"stacks/a.py": answered})) == []


@pytest.mark.parametrize("source", ["import time\ntime.sleep(1)\n", "#\nfrom time import monotonic, sleep\n"])
def test_a_sleep_is_found(source: str) -> None:
    """However it was imported."""
    assert [fault.split(";")[0] for fault in sleeps({"app.py": source})] == ["app.py:2: time.sleep"]


def _lines(tree: Tree) -> Iterator[tuple[str, str]]:
    for path, text in tree.items():
        if path != HERE:
            for number, line in enumerate(text.splitlines(), start=1):
                yield f"{path}:{number}", line


def _matches(tree: Tree, pattern: re.Pattern[str], remedy: str) -> Iterator[str]:
    for path, text in tree.items():
        if path != HERE:
            for match in pattern.finditer(text):
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group().strip()}: {remedy}"


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(PRIVATE_NAME.search(host.lower()))
    return not address.is_global and not address.is_loopback and host not in ECS_METADATA


def _swallows(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    empty = all(isinstance(each, ast.Pass) or ast.unparse(each) == "..." for each in handler.body)
    return bool(caught & {"Exception", "BaseException"}) and empty


def _is_sleep(node: ast.ImportFrom | ast.Attribute) -> bool:
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) == "time.sleep"
    return node.module == "time" and "sleep" in {alias.name for alias in node.names}

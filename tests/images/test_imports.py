"""What an image's processes import is in the image: ours among the sources, others' in its lock."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest
from packaging.utils import canonicalize_name

from contract.images import IMAGES, PGBOUNCER, UNREAD, Image
from contract.services import CONTAINERS
from tests.commands.test_locks import versions_of
from tests.images.dockerfile import ROOT, read

OURS = ("agent", "contract", "control_plane", "runtime")
OF_PYTHON = [image for image in IMAGES if image.sources and image is not PGBOUNCER]
EACH = pytest.mark.parametrize("image", OF_PYTHON, ids=lambda image: image.name)
PROBE = "runtime.kit.probe"
OF_OURS = f"m.__name__.split('.')[0] in {OURS} and getattr(m, '__file__', None)"


def started(image: Image) -> set[str]:
    """The modules that its containers and their probes run, and what they are given by name only."""
    commands = {each.command[2] for each in CONTAINERS if each.image is image}
    named = {f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module for module in commands}
    by_name = {"control_plane.wsgi", "control_plane.settings"} if image.name == "control-plane" else set()
    return named | by_name | {PROBE}


@cache
def graph() -> grimp.ImportGraph:
    """Who imports whom, at any depth, for types excepted."""
    return grimp.build_graph(*OURS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None)


def needed(image: Image) -> set[str]:
    """Every module, ours and others', that is imported by what runs in an image."""
    found = {module for each in started(image) for module in graph().find_upstream_modules(each)} | started(image)
    if image.name == "control-plane":  # Django finds these by the application's name
        below = graph().find_descendants("control_plane.voice_sessions")
        found |= below | {module for each in below for module in graph().find_upstream_modules(each)}
    return found


@EACH
def test_what_a_tag_does_not_count_is_not_imported(image: Image) -> None:
    """Else a change of it would not be deployed."""
    assert not {path.removesuffix(".py").replace("/", ".") for path in UNREAD} & needed(image)


@EACH
def test_what_is_imported_of_ours_is_copied(image: Image) -> None:
    """An import that works in a clone and not in the image stops a deployment."""
    copied = [source for source, _ in read(image.name).copied]

    missing = [
        module
        for module in needed(image)
        if module.split(".")[0] in OURS and not any(_is_below(module, source) for source in copied)
    ]

    assert missing == []


@EACH
def test_what_is_imported_of_others_is_in_the_images_lock(image: Image) -> None:
    """A library that only another image's extra brings."""
    locked = versions_of(f"requirements/{image.name}.txt").keys()
    names = importlib.metadata.packages_distributions()

    missing = {
        module
        for module in needed(image)
        if module.split(".")[0] not in (*OURS, *sys.stdlib_module_names)
        and not {canonicalize_name(name) for name in names.get(module.split(".")[0], [])} & set(locked)
    }

    assert missing == set()


@EACH
def test_an_images_sources_are_enough_to_import_it(image: Image, tmp_path: Path) -> None:
    """With nothing else of this repository on the path."""
    for source in _paths(image):
        target = tmp_path / source
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, target)
    modules = sorted(started(image) - {"control_plane.settings", "control_plane.wsgi"})
    source = f"import sys, {', '.join(modules)}; print(*[m.__file__ for m in sys.modules.values() if {OF_OURS}])"
    path = os.pathsep.join([str(tmp_path), sysconfig.get_path("purelib")])

    ran = subprocess.run(
        [sys.executable, "-S", "-c", source],  # without `site`, which would add this copy by its editable install
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.split()) > 5
    assert [file for file in ran.stdout.split() if not file.startswith(str(tmp_path))] == []


def test_a_missing_source_and_a_missing_library_are_found() -> None:
    """The tests above say nothing if they cannot fail."""
    assert not _is_below("agent.call", "control_plane")
    assert _is_below("runtime.kit.logs", "runtime/kit")
    assert not _is_below("runtime.providers.app", "runtime/kit")
    assert "livekit" in {module.split(".")[0] for module in needed(next(i for i in IMAGES if i.name == "agent"))}


def _paths(image: Image) -> Iterator[str]:
    yield from (source for source, target in read(image.name).copied if target.startswith("/app/"))


def _is_below(module: str, source: str) -> bool:
    path = module.replace(".", "/")
    bare = source.removesuffix("/__init__.py").removesuffix(".py")
    return path == bare or (path.startswith(f"{bare}/") and not source.endswith(".py"))

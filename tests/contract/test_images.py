"""An image's tag is the last commit that changed what goes into it, so that other commits roll nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from config.errors import ConfigError
from contract.images import AGENT, CONTROL_PLANE, GATEWAY, IMAGES, LIVEKIT, Image
from tests.house.tree import ROOT, repository
from voice_constructs.commits import commit_of

BUILT = pytest.mark.parametrize("image", [each for each in IMAGES if each.sources], ids=lambda image: image.name)


def test_an_image_is_built_or_mirrored() -> None:
    """One that is both has two tags, one that is neither has none."""
    for image in IMAGES:
        mirrored = (bool(image.mirrored_tag), bool(image.origin))

        assert mirrored == (not image.sources, not image.sources), image.name
        assert image.origin.endswith(f":{image.mirrored_tag}") or image.sources, image.name


@BUILT
def test_an_image_is_made_from_what_is_there(image: Image) -> None:
    """A source with a slip in its name never changes, and its image is never built again."""
    for source in image.sources:
        known = any(path == source or path.startswith(f"{source}/") for path in repository())

        assert known or source == f"runtime/images/{image.name}", source


@BUILT
def test_an_image_has_its_own_dockerfile(image: Image) -> None:
    """Its folder is one of the sources: a changed base image is a changed image."""
    assert f"runtime/images/{image.name}" in image.sources


@BUILT
def test_an_image_with_our_python_has_what_it_is_installed_from(image: Image) -> None:
    """Its requirements are pinned in a file of its own; the contract is read by every process."""
    if image.name != "pgbouncer":
        assert {"contract", "runtime/kit", f"requirements/{image.name}.txt"} <= set(image.sources)


def test_a_commit_to_its_sources_is_an_images_tag(clone: Path) -> None:
    """The commit is the clone's, in full: two builds of one commit are one image."""
    commit = _change(clone, "agent/call.py")

    assert _tag(AGENT, clone) == commit
    assert len(commit) == 40


def test_what_no_container_imports_leaves_every_tag_alone(clone: Path) -> None:
    """A new alarm's metric must not empty LiveKit's nodes for the guardian beside it."""
    ours = [image for image in IMAGES if "contract" in image.sources]
    before = {image.name: _tag(image, clone) for image in ours}

    _change(clone, "contract/aws_metrics.py")

    assert {image.name: _tag(image, clone) for image in ours} == before


def test_a_commit_to_another_images_sources_leaves_the_tag_alone(clone: Path) -> None:
    """A new control plane must not end calls."""
    before = _tag(AGENT, clone)

    other = _change(clone, "control_plane/urls.py")
    _change(clone, "docs/glossary.md")

    assert _tag(AGENT, clone) == before
    assert _tag(CONTROL_PLANE, clone) == other


def test_a_commit_to_a_shared_source_is_a_tag_of_each(clone: Path) -> None:
    """The gateway runs the agent's pipelines."""
    commit = _change(clone, "agent/pipelines/local.py")

    assert _tag(AGENT, clone) == _tag(GATEWAY, clone) == commit != _tag(CONTROL_PLANE, clone)


def test_what_is_not_committed_is_not_in_a_tag(clone: Path) -> None:
    """A tag must name something that the builder has, too; half an edit is on one machine only."""
    before = _tag(AGENT, clone)

    (clone / "agent/call.py").write_text("half an edit")
    (clone / "agent/new.py").touch()
    _git(clone, "add", "--all")

    assert _tag(AGENT, clone) == before


def test_an_image_without_a_commit_has_the_newest(clone: Path) -> None:
    """One whose folder is still to be written."""
    newest = _change(clone, "docs/glossary.md")

    assert _tag(Image(name="new", sources=("runtime/images/new",)), clone) == newest


def test_a_developers_own_settings_of_git_do_not_show(clone: Path) -> None:
    """Signatures and colours in `git log` would be a tag that ECR refuses."""
    for setting, value in [("log.showSignature", "true"), ("color.ui", "always"), ("log.decorate", "full")]:
        _git(clone, "config", setting, value)

    commit = _change(clone, "agent/call.py")

    assert _tag(AGENT, clone) == commit


def test_a_copy_without_git_is_one_message(tmp_path: Path) -> None:
    """An archive has no commits; the message says what to set instead."""
    with pytest.raises(ConfigError) as refused:
        _tag(AGENT, tmp_path)

    assert str(refused.value) == (
        "delivery.image_tags.agent is not set; it defaults to sha- and the commit, but git shows no commit of this "
        "copy; clone it with git, or set it to a tag that is in ECR"
    )


def test_a_machine_without_git_is_the_same_message(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no traceback."""
    monkeypatch.setenv("PATH", str(clone))

    with pytest.raises(ConfigError, match="git shows no commit of this copy"):
        _tag(AGENT, clone)


def test_a_clone_without_commits_is_the_same_message(tmp_path: Path) -> None:
    """`git init` alone names nothing."""
    _git(tmp_path, "init", "--quiet")

    with pytest.raises(ConfigError, match="git shows no commit of this copy"):
        _tag(LIVEKIT, tmp_path)


def test_without_being_told_this_copy_is_asked() -> None:
    """The one whose environment file is synthesized."""
    assert commit_of(AGENT) == _tag(AGENT, ROOT)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with a file of each image in it, apart from whatever git the machine has around it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    folder = tmp_path / "clone"
    folder.mkdir()
    _git(folder, "init", "--quiet")
    for path in ("agent/call.py", "control_plane/urls.py", "contract/session.py"):
        _change(folder, path)
    return folder


def _tag(image: Image, clone: Path) -> str:
    """Ask anew, although a synthesis asks once."""
    return commit_of.__wrapped__(image, clone=clone)


def _change(clone: Path, path: str) -> str:
    """Commit a change of one file, and answer the commit."""
    file = clone / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{file.read_text() if file.exists() else ''}changed\n")
    _git(clone, "add", "--all")
    _git(clone, "-c", "user.name=tests", "-c", "user.email=tests@example.com", "commit", "--quiet", "--message=change")
    return _git(clone, "rev-parse", "HEAD")


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=clone, check=True, capture_output=True, text=True).stdout.strip()

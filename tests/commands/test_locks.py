"""What a clone or an image installs is locked: exact versions, hashes, and no word about where they came from."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
EXTRA_OF_FILE = {
    "requirements.txt": "dev",
    "requirements/agent.txt": "agent",
    "requirements/control-plane.txt": "control-plane",
    "requirements/gateway.txt": "gateway",
    "requirements/guardian.txt": "guardian",
    "requirements/local.txt": "local",
    "requirements/test.txt": "test",
}
ADDRESS = re.compile(r"https?:|\bresolved\b|--(?:extra-)?index-url|--find-links|(?:^| )@ |file:", re.MULTILINE)
FUNDING = re.compile(r'"funding": (?:\{[^}]*\}|\[[^]]*\])')  # npm's: whom to thank, not where to download
EXACT = re.compile(r"\d+\.\d+\.\d+")
NPM_LOCKS = ("package-lock.json", "frontend/package-lock.json")
PINNED = re.compile(r"[a-z0-9.-]+==[^ ]+(?: ; .+)?(?: --hash=sha256:[0-9a-f]{64})+")
LOCKS = pytest.mark.parametrize("name", EXTRA_OF_FILE)


@pytest.mark.parametrize("name", [*EXTRA_OF_FILE, *NPM_LOCKS])
def test_a_lock_says_nothing_about_where_to_download(name: str) -> None:
    """A mirror of the machine that locked would be asked by everybody."""
    assert ADDRESS.findall(FUNDING.sub("", (ROOT / name).read_text())) == []


@pytest.mark.parametrize(
    "line",
    [
        "boto3 @ file:///tmp/boto3",
        "boto3 @ git+ssh://git@example.com/boto3",
        "--index-url example",
        '"resolved": "example"',
        "a==1 --find-links x",
    ],
)
def test_an_address_is_found(line: str) -> None:
    """The test above says nothing if it cannot fail."""
    assert ADDRESS.search(f"a==1\n{line}\n")


@LOCKS
def test_every_requirement_has_one_version_and_hashes(name: str) -> None:
    """pip takes nothing else than what was tested."""
    loose = [line for line in locked_lines(name) if not PINNED.fullmatch(line)]

    assert len(locked_lines(name)) >= 5
    assert loose == []


@LOCKS
def test_a_lock_has_what_its_extra_asks_for(name: str) -> None:
    """A line that is added to pyproject.toml only is missing in the image."""
    versions = versions_of(name)

    unmet = [
        str(requirement)
        for requirement in requirements_of(EXTRA_OF_FILE[name])
        if not any(requirement.specifier.contains(version) for version in versions.get(requirement.name, ()))
    ]

    assert unmet == []


def test_every_extra_and_every_lock_is_named_here() -> None:
    """A new image has its lock, and is tested; infra is within dev."""
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "requirements").glob("*.txt")}

    assert files | {"requirements.txt"} == EXTRA_OF_FILE.keys()
    assert {*EXTRA_OF_FILE.values(), "infra"} == project()["optional-dependencies"].keys()
    assert {"aws-cdk-lib", "pydantic", "pytest"} <= {requirement.name for requirement in requirements_of("dev")}


def test_make_lock_compiles_every_lock() -> None:
    """What `make lock` forgets grows old."""
    recipe = re.search(r"^lock:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None

    images = [*re.findall(r"for image in (.*?);", recipe[1])[0].split(), "local"]

    assert "--output-file requirements/local.txt" in recipe[1]
    assert {f"requirements/{image}.txt" for image in images} | {"requirements.txt"} == EXTRA_OF_FILE.keys()
    assert "--generate-hashes" in (ROOT / "Makefile").read_text()


def test_the_laptop_and_the_images_run_the_same_versions() -> None:
    """What was tested here is what is deployed; some wheels differ by Python version, as lists of the same."""
    local = versions_of("requirements/local.txt")

    differing = {
        (name, package): versions
        for name in EXTRA_OF_FILE
        for package, versions in versions_of(name).items()
        if package in local and set(versions) != set(local[package])
    }

    assert differing == {}


def test_the_cdk_cli_is_exactly_the_one_that_reads_our_assemblies() -> None:
    """npm's `latest` is a stray old build."""
    wanted = json.loads((ROOT / "package.json").read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert wanted["devDependencies"] == {"aws-cdk": "2.1148.1"}
    assert packages.pop("")["devDependencies"] == {"aws-cdk": "2.1148.1"}
    assert {name: each["version"] for name, each in packages.items()} == {"node_modules/aws-cdk": "2.1148.1"}
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())


@pytest.mark.parametrize("name", NPM_LOCKS)
def test_every_npm_package_has_one_version_and_a_hash(name: str) -> None:
    """Amplify installs the page's packages by `npm ci`, which takes nothing else."""
    wanted = json.loads((ROOT / name).with_name("package.json").read_text())
    packages = json.loads((ROOT / name).read_text())["packages"]
    root = packages.pop("")
    asked = {**wanted.get("dependencies", {}), **wanted["devDependencies"]}

    assert {**root.get("dependencies", {}), **root["devDependencies"]} == asked
    assert [version for version in asked.values() if not EXACT.fullmatch(version)] == []
    assert {package: packages[f"node_modules/{package}"]["version"] for package in asked} == asked
    assert [package for package, each in packages.items() if not each["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("name", NPM_LOCKS)
def test_npm_is_told_to_write_no_address(name: str) -> None:
    """npm reads the nearest file only: a page without its own would lock the mirror of whoever adds a package."""
    settings = (ROOT / name).with_name(".npmrc").read_text().splitlines()

    assert {"omit-lockfile-registry-resolved=true", "save-exact=true"} <= set(settings)


def project() -> dict[str, Any]:
    """The `[project]` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def requirements_of(extra: str) -> list[Requirement]:
    """What an extra asks for, with what it takes from other extras and what everybody needs."""
    texts, found = [*project()["dependencies"], *project()["optional-dependencies"][extra]], []
    for requirement in map(Requirement, texts):
        if requirement.name == project()["name"]:
            found += [each for inner in sorted(requirement.extras) for each in requirements_of(inner)]
        else:
            requirement.name = canonicalize_name(requirement.name)
            found.append(requirement)
    return found


def locked_lines(name: str) -> list[str]:
    """A lock's requirements, each joined to one line."""
    text = (ROOT / name).read_text().replace(" \\\n", " ")
    return [re.sub(r" +", " ", line) for line in text.splitlines() if line and not line.startswith("#")]


def versions_of(name: str) -> dict[str, list[str]]:
    """Every version in a lock, by name; there are two where a marker tells them apart."""
    versions: dict[str, list[str]] = {}
    for line in locked_lines(name):
        package, _, rest = line.partition("==")
        versions.setdefault(canonicalize_name(package), []).append(rest.split()[0])
    return versions

"""Every image is made of what it needs and nothing else, runs without root, and says what the contract says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from contract import services
from contract.environment import PgBouncerEnv
from contract.images import EGRESS, IMAGES, LIVEKIT, PGBOUNCER, Image
from contract.media import EGRESS_PROMETHEUS_PORT, MediaPorts
from contract.services import CONTAINERS
from contract.versions import LIVEKIT_EGRESS, LIVEKIT_SERVER
from contract.versions import PGBOUNCER as PGBOUNCER_VERSION
from tests.images.dockerfile import FOLDER, ROOT, parse, read

EACH = pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
OF_PYTHON = [image for image in IMAGES if image.sources and image is not PGBOUNCER]
EACH_OF_PYTHON = pytest.mark.parametrize("image", OF_PYTHON, ids=lambda image: image.name)
HADOLINT = Path(sys.executable).parent / "hadolint"
SECRET = re.compile(r"(?i)(password|secret|token|api_?key)\w*\s*=\s*[^\s$\"'\\]")
STARTS = {
    "agent": services.AGENT,
    "control-plane": services.API,
    "gateway": services.WEBSOCKET,
    "guardian": services.GUARDIAN,
    "egress": services.EGRESS,
}


@EACH
def test_hadolint_has_nothing_to_say(image: Image) -> None:
    """It knows what goes wrong in Dockerfiles, and in the shell inside them."""
    linted = subprocess.run(
        [HADOLINT, "--no-color", FOLDER / image.name / "Dockerfile"], capture_output=True, text=True
    )

    assert (linted.returncode, linted.stdout) == (0, "")


def test_hadolint_would_say_it(tmp_path: Path) -> None:
    """The test above says nothing if it cannot fail."""
    (tmp_path / "Dockerfile").write_text("FROM debian:latest\nRUN cd /tmp\n")

    assert subprocess.run([HADOLINT, tmp_path / "Dockerfile"], capture_output=True).returncode == 1


@EACH
def test_a_process_is_not_root(image: Image) -> None:
    """The same number everywhere, so that a volume's owner is known; egress's is its maker's."""
    user = read(image.name).final.last("USER")

    assert user == ("egress" if image is EGRESS else "10001:10001")


@EACH
def test_ports_are_the_contracts(image: Image) -> None:
    """Where containers serve and answer probes."""
    ports = {str(port) for each in CONTAINERS if each.image is image for port in (each.port, each.health_port) if port}
    if image is LIVEKIT:
        media = MediaPorts()
        tcp = (media.signal, media.rtc_tcp, media.turn_tls, media.prometheus)
        ports |= {*map(str, tcp), f"{media.turn_udp}/udp"}
    if image is EGRESS:
        ports.add(str(EGRESS_PROMETHEUS_PORT))

    assert read(image.name).final.ports == ports


@pytest.mark.parametrize("name", STARTS)
def test_an_image_starts_what_the_contract_starts(name: str) -> None:
    """Alone, without a task definition, it is its first container; as a list, so that SIGTERM reaches the process."""
    final = read(name).final

    assert tuple(final.exec_form("ENTRYPOINT")) == STARTS[name].entry_point
    assert tuple(final.exec_form("CMD")) == STARTS[name].command


@EACH
def test_nothing_stands_before_the_contracts_command(image: Image) -> None:
    """ECS puts a command behind the image's entry point, which would swallow it."""
    overridden = [each for each in CONTAINERS if each.image is image and each.command]

    assert not overridden or read(image.name).final.exec_form("ENTRYPOINT") == []


@EACH
def test_a_makers_image_is_told_by_its_entry_point(image: Image) -> None:
    """Both have one of their own: a command would be its arguments."""
    if image.origin:
        assert all(not each.command for each in CONTAINERS if each.image is image)


@EACH
def test_an_image_is_labelled(image: Image) -> None:
    """Whoever finds it in a registry knows what it is, and from which commit."""
    labels = read(image.name).final.labels
    prefix = "org.opencontainers.image."

    assert labels[f"{prefix}title"] == f"voiceplane/{image.name}"
    assert labels[f"{prefix}revision"] == "${REVISION}"
    assert labels.keys() == {f"{prefix}{key}" for key in ("title", "description", "source", "revision", "licenses")}


@EACH
def test_it_is_stopped_by_a_signal_that_somebody_chose(image: Image) -> None:
    """PgBouncer ends at once on SIGTERM, and after its transactions on SIGINT."""
    assert read(image.name).final.last("STOPSIGNAL") == ("SIGINT" if image is PGBOUNCER else "SIGTERM")


@EACH
def test_a_base_can_be_pinned_by_whoever_builds(image: Image) -> None:
    """Each is an argument whose default names a version; none is `latest`, and none is invented."""
    dockerfile = read(image.name)
    names = {stage.name for stage in dockerfile.stages}

    for stage in dockerfile.stages:
        argument = re.fullmatch(r"\$\{(\w+)\}", stage.base)
        assert stage.base == "scratch" or stage.base in names or argument, stage.base
        if argument:
            default = dockerfile.arguments[argument[1]]
            assert re.fullmatch(r"[\w./-]+:[\w.-]+", default), default
    assert "latest" not in dockerfile.text


@EACH
def test_no_secret_is_in_an_image(image: Image) -> None:
    """A layer is read by everybody who can pull; variables come with the task."""
    dockerfile = read(image.name)
    declared = [said for stage in dockerfile.stages for kind in ("ENV", "ARG") for said in stage.said(kind)]

    assert [said for said in declared if re.search(r"(?i)password|secret|token|key", said)] == []
    assert SECRET.findall(dockerfile.text) == []
    assert [source for source, _ in dockerfile.copied if ".env" in source] == []


@EACH
def test_ecs_and_not_the_image_asks_for_health(image: Image) -> None:
    """ECS ignores HEALTHCHECK; the probes are in the task definitions."""
    assert "HEALTHCHECK" not in read(image.name).text


@EACH
def test_what_is_copied_is_a_source_of_the_image(image: Image) -> None:
    """Another file would change without a new tag; a source that is not copied would be a new tag for nothing."""
    if not image.sources:
        assert read(image.name).copied == []
        return
    copied = {source for source, _ in read(image.name).copied}
    own = f"runtime/images/{image.name}"

    assert {source for source in copied if not source.startswith(own)} == set(image.sources) - {own}
    assert all((ROOT / source).exists() for source in copied)


@EACH_OF_PYTHON
def test_only_the_images_own_lock_is_installed(image: Image) -> None:
    """By hash, from wheels, without a cache in a layer."""
    [install] = [run for run in read(image.name).runs if " install " in run and "pip" in run]

    assert read(image.name).copied[0] == (f"requirements/{image.name}.txt", "/build/requirements.txt")
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "--no-cache-dir"):
        assert option in install
    assert install.endswith("--requirement /build/requirements.txt")


@EACH_OF_PYTHON
def test_python_begins_at_once_and_speaks_at_once(image: Image) -> None:
    """Compiled when built; a line in a buffer is lost when a task is killed."""
    dockerfile = read(image.name)
    environment = dockerfile.final.last("ENV")

    assert any("compileall" in run for run in dockerfile.runs)
    assert {"PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "PATH=/opt/venv/bin:$PATH"} <= set(environment.split())


def test_versions_are_the_contracts() -> None:
    """One table of third-party versions."""
    assert (
        read("livekit").arguments["LIVEKIT_IMAGE"]
        == LIVEKIT.origin
        == f"docker.io/livekit/livekit-server:v{LIVEKIT_SERVER.version}"
    )
    assert read("egress").arguments["EGRESS_IMAGE"] == EGRESS.origin
    assert EGRESS.origin.endswith(f":v{LIVEKIT_EGRESS.version}")
    assert f'"pgbouncer={PGBOUNCER_VERSION.version}-1*"' in " ".join(read("pgbouncer").runs)


def test_pgbouncer_reads_every_variable_of_its_class() -> None:
    """One that it does not read is a setting that does nothing; one that is not there ends it."""
    script = FOLDER / "pgbouncer" / "start.sh"
    read_ = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", script.read_text()))

    assert read_ == {field.upper() for field in PgBouncerEnv.model_fields}
    assert subprocess.run(["sh", "-n", script]).returncode == 0
    assert script.stat().st_mode & 0o111


def test_every_folder_is_an_image() -> None:
    """A Dockerfile that nobody builds grows old."""
    assert {path.parent.name for path in FOLDER.glob("*/Dockerfile")} == {image.name for image in IMAGES}


def test_the_context_holds_what_is_copied_and_no_more() -> None:
    """Without it a `.env`, a `.git` or a recording could be sent to a builder."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    sources = {source.split("/")[0] for image in IMAGES for source, _ in read(image.name).copied}

    assert lines[0] == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == sources
    assert {"**/__pycache__", "**/*.pyc", "**/.env*"} <= set(lines)


def test_a_dockerfile_is_read_as_docker_reads_it() -> None:
    """Comments and continued lines; the tests above say nothing if this is wrong."""
    one = "ARG B=x:1\nFROM ${B} AS one\nCOPY a /b\n# COPY c /d\nRUN e \\\n    && f\n"
    text = f"{one}FROM scratch\nCOPY --from=one /b /b\nEXPOSE 1 2/udp\n"

    dockerfile = parse(text)

    assert dockerfile.arguments == {"B": "x:1"}
    assert [(stage.base, stage.name) for stage in dockerfile.stages] == [("${B}", "one"), ("scratch", "")]
    assert dockerfile.copied == [("a", "/b")]
    assert dockerfile.runs == ["e && f"]
    assert dockerfile.final.ports == {"1", "2/udp"}

"""What the reviewers are told to accept is little, reasoned, beside its construct, and all of it needed."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3

from tests.conftest import TOLD
from tests.stacks.acknowledgements import ANNOTATION, Acknowledged, recorded, unused, used
from tests.stacks.conftest import PLACES
from tests.synthesis import SHIPPED, Syntheses, Synthesis
from voice_constructs.access import acknowledge
from voice_constructs.platform_app import PlatformApp, findings
from voicectl.review.templates import Properties

ROOT = Path(__file__).parents[2]
HELPER = ROOT / "constructs/voice_constructs/access.py"
MOST_STATEMENTS = 15
ON_WHOLE_STACKS = ("app.py", "platform_app.py", "platform_stack.py")


def test_statements_are_few() -> None:
    """Each is a rule that does not hold here; fifteen can be read at one sitting."""
    assert 0 < len(list(_statements())) <= MOST_STATEMENTS


def test_there_is_one_way_to_acknowledge() -> None:
    """Beside the helper an acknowledgement could go uncounted, or without a reason."""
    direct = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file, call in _calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("acknowledge", "acknowledge_warning")
        and file != HELPER
    ]

    assert direct == []


def test_each_statement_gives_a_reason_beside_its_construct() -> None:
    """In a stack or the app it would cover what is added later, by people who never saw the reason."""
    for file, call in _statements():
        assert "reason" in {keyword.arg for keyword in call.keywords}, f"{file}:{call.lineno}"
        assert file.parent.name == "voice_constructs", file
        assert file.name not in ON_WHOLE_STACKS, file


def test_none_is_on_a_stack_or_the_app(synthesis: Synthesis) -> None:
    """However it came there: a construct's path has its stack's name and at least one more."""
    assert [entry for entry in recorded(synthesis.folder) if entry.construct.count("/") < 1] == []


def test_every_reason_is_a_sentence(synthesis: Synthesis) -> None:
    """`allow` takes its reason from its caller, who may have forgotten it."""
    assert [entry for entry in recorded(synthesis.folder) if len(entry.reason.split()) < 4] == []


def test_every_acknowledgement_covers_a_finding(synthesis: Synthesis) -> None:
    """One that covers nothing today would cover tomorrow's mistake."""
    assert unused(synthesis.folder) == set()


def test_every_acknowledgement_elsewhere_covers_a_finding(place: Synthesis) -> None:
    """The same for those that only some environments need."""
    assert unused(place.folder) == set()


def test_every_statement_covers_a_finding_somewhere(
    syntheses: Syntheses,
    elsewhere: Callable[[str], Synthesis],
    record_property: Callable[[str, object], None],
) -> None:
    """And says, at the end of the run, how many findings are accepted by how many statements."""
    every = {name: syntheses.reviewed(name) for name in SHIPPED} | {name: elsewhere(name) for name in PLACES}
    covered = {name: used(synthesis.folder) for name, synthesis in every.items()}

    reasons = {entry.reason for entries in covered.values() for entry in entries}
    written = {reason for _, call in _statements() for reason in _written_reasons(call)}
    shipped = ", ".join(f"{len(covered[name])} in {name}" for name in SHIPPED)
    record_property(TOLD, f"{len(list(_statements()))} acknowledgement statements cover {shipped} findings")

    annotated = {entry.reason for name in PLACES for entry in recorded(every[name].folder) if _is_annotation(entry)}
    assert written - reasons - annotated == set()


def test_an_acknowledged_annotation_stands_at_what_cdk_warns_of(
    elsewhere: Callable[[str], Synthesis], tmp_path: Path
) -> None:
    """CDK drops an accepted warning without a word, so both are looked at: what it warns of, and what we accept."""
    accepted = [
        (synthesis, entry)
        for synthesis in map(elsewhere, PLACES)
        for entry in recorded(synthesis.folder)
        if entry.finding.startswith(ANNOTATION)
    ]
    app = PlatformApp(outdir=str(tmp_path), reviewed=False)
    task = ecs.FargateTaskDefinition(stack := cdk.Stack(app, "Stack"), "Task")
    task.add_container("container", image=ecs.ContainerImage.from_registry("image"))
    ecs.FargateService(stack, "Service", cluster=ecs.Cluster(stack, "Cluster"), task_definition=task)
    app.synth()

    warned = findings(tmp_path)

    assert accepted
    for synthesis, entry in accepted:
        assert f"{entry.finding} at Stack/Service" in warned
        assert "DeploymentCircuitBreaker" not in _service_at(entry.construct, synthesis)["DeploymentConfiguration"]


def test_an_unused_acknowledgement_is_found(tmp_path: Path) -> None:
    """The check above must be able to fail."""
    app = PlatformApp(outdir=str(tmp_path))
    bucket = s3.Bucket(cdk.Stack(app, "Stack"), "Bucket", enforce_ssl=True)
    acknowledge(bucket, "S1", reason="a bucket for this test only")
    acknowledge(bucket, "RDS2", reason="a bucket is no database")

    app.synth()

    assert unused(tmp_path) == {("Stack/Bucket", "AwsSolutions::AwsSolutions-RDS2")}


def _service_at(construct: str, synthesis: Synthesis) -> Properties:
    """Metadata names the logical id of every construct."""
    stack = construct.split("/")[0]
    metadata = json.loads((synthesis.folder / f"{stack}.metadata.json").read_text())[f"/{construct}/Service/Service"]
    [logical_id] = [entry["data"] for entry in metadata if entry["type"] == "aws:cdk:logicalId"]
    services = synthesis.assembly.of_type("AWS::ECS::Service")
    [service] = [
        service for template, service in services if (template.name, service.logical_id) == (stack, logical_id)
    ]
    return service.properties


def _is_annotation(entry: Acknowledged) -> bool:
    return entry.finding.startswith(ANNOTATION)


def _statements() -> Iterator[tuple[Path, ast.Call]]:
    """Yield the calls of the helper, with their file."""
    for file, call in _calls():
        if isinstance(call.func, ast.Name) and call.func.id == "acknowledge":
            yield file, call


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    sources = [ROOT / "app.py", *(ROOT / "stacks").rglob("*.py"), *(ROOT / "constructs").rglob("*.py")]
    for file in sources:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                yield file, node


def _written_reasons(call: ast.Call) -> Iterator[str]:
    """Yield the reason where it is written in the call itself."""
    for keyword in call.keywords:
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)

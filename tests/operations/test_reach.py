"""What a page asks of a service is asked of the cluster and the logs that it has, in every environment."""

import re
from typing import Final

import pytest

from contract.metrics import METRICS
from tests.operations.pages import FIRST, PLACE, Page, pages
from tests.operations.shell import Ran, Shell
from tests.synthesis import Synthesis
from voicectl.review.templates import Properties, Resource, StackTemplate, reference_of

ACCOUNT: Final = "123456789012"
RANDOM: Final = "aB3dE5fG7hJ9"  # what CloudFormation puts behind a name that a template leaves open
FILTER: Final = re.compile(r"namePrefix: \['(?P<prefix>[^']+)'\]\) \| filter @log like /(?P<log>[^/]+)/")
DIMENSION: Final = re.compile(r"Name=(\w+),Value=")
MACHINES: Final = re.compile(r"starts_with\(AutoScalingGroupName, '([^']+)'\)")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Where functions are run."""
    return Shell(tmp_path_factory.mktemp("shell"))


def test_every_service_is_asked_for_in_its_own_cluster(synthesis: Synthesis, shell: Shell) -> None:
    """ECS answers MISSING for the right name in the wrong place, and exits with 0."""
    services = placed(synthesis)

    ran = run(shell, synthesis, *(f"service_of {name}" for name in services))

    asked = {call[call.index("--services") + 1]: call[call.index("--cluster") + 1] for call in ran.calls}
    assert asked == {name: cluster_of(stack, service) for name, (stack, service) in services.items()}


def test_a_services_log_is_its_own_and_no_others(synthesis: Synthesis, shell: Shell) -> None:
    """A stream of `celery-voice` begins with `celery/`, as of all pools: only the group says whose it is."""
    services = placed(synthesis)
    groups = [
        f"{stack.name}-{group.logical_id}-{RANDOM}"
        for stack in synthesis.assembly.stacks
        for group in stack.of_type("AWS::Logs::LogGroup")
    ]

    ran = run(shell, synthesis, *(f"log_of {name} 'limit 1'" for name in services))

    queries = [call[call.index("--query-string") + 1] for call in ran.calls if "start-query" in call]
    found = {name: matched(query, groups) for name, query in zip(services, queries, strict=True)}
    assert found == {name: logs_of(stack, service) for name, (stack, service) in services.items()}


def test_the_machines_of_a_full_node_are_found(synthesis: Synthesis) -> None:
    """The group's name is CloudFormation's, and begins with its stack's."""
    [prefix] = set(MACHINES.findall((FIRST.parent / "node-full.md").read_text()))
    named = prefix.replace("$ENV", synthesis.environment.name)

    found = [
        f"{stack.name}-{group.logical_id}-{RANDOM}"
        for stack, group in synthesis.assembly.of_type("AWS::AutoScaling::AutoScalingGroup")
    ]

    assert len(found) == 1
    assert found[0].startswith(f"{named}-")


@pytest.mark.parametrize("page", [each for each in pages() if "ours " in each.shell], ids=lambda page: page.name)
def test_a_page_asks_for_our_metrics_as_they_are_published(page: Page, shell: Shell) -> None:
    """A dimension too few or too many is another metric, which is empty and no error."""
    known = {metric.name: set(metric.dimensions) for metric in METRICS}
    lines = re.findall(r"^ours .+$", page.shell, re.MULTILINE)

    ran = shell.run("\n".join((FIRST.read_text(), *lines)), {**PLACE, "POOL": "voice", "PROVIDER": "openai"})

    asked = [(call[call.index("--metric-name") + 1], set(DIMENSION.findall(" ".join(call)))) for call in ran.calls]
    assert ran.complaint == ""
    assert len(asked) == len(lines)
    assert asked == [(name, known.get(name, set())) for name, _ in asked]


def placed(synthesis: Synthesis) -> dict[str, tuple[StackTemplate, Resource]]:
    """Every service with its stack, by its name."""
    return {
        each.properties["ServiceName"]: (stack, each) for stack, each in synthesis.assembly.of_type("AWS::ECS::Service")
    }


def run(shell: Shell, synthesis: Synthesis, *lines: str) -> Ran:
    """Run lines in the shell of an environment."""
    return shell.run("\n".join((FIRST.read_text(), *lines)), {**PLACE, "ENV": synthesis.environment.name})


def cluster_of(stack: StackTemplate, service: Resource) -> str:
    """The name of the cluster that the template places it in."""
    return str(stack.properties_of(service.properties["Cluster"])["ClusterName"])


def logs_of(stack: StackTemplate, service: Resource) -> set[str]:
    """The groups that its containers write to, a guardian's too."""
    task: Properties = stack.properties_of(service.properties["TaskDefinition"])
    options = [container["LogConfiguration"]["Options"] for container in task["ContainerDefinitions"]]
    return {f"{stack.name}-{reference_of(each['awslogs-group'])}-{RANDOM}" for each in options}


def matched(query: str, groups: list[str]) -> set[str]:
    """The groups that Logs Insights would read."""
    said = FILTER.search(query)
    assert said, query
    read = [group for group in groups if group.startswith(said["prefix"])]
    return {group for group in read if re.search(said["log"], f"{ACCOUNT}:{group}")}

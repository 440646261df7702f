"""Whoever is woken finds a page for the alarm, in it what to look at and what to do, and every command works."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import jmespath
import pytest
import typer.main
from typer._click.exceptions import ClickException
from typer.core import TyperGroup

from contract.database import APPLICATION_ROLE
from tests.operations.aws_commands import faults
from tests.operations.pages import FIRST, FOLDER, PLACE, SECTIONS, Page, pages
from tests.operations.shell import RECORDED, Ran, Shell
from tests.operations.shown import Shown, every_alarm
from tests.synthesis import Syntheses
from voice_constructs.budget import RUNBOOK as BUDGET
from voicectl.command_line import app

LONGEST: Final = 15  # minutes, seed S202
# What a page asks the reader to fill in; the index says how each is found.
NAMES: Final = {
    "ACL_ARN": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b",
    "ALARM": "voiceplane-prod-CapacityLow",
    "ALLOCATION": "eipalloc-1",
    "BALANCER": "app/api/1",
    "BALANCER_ARN": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/api/1",
    "CERTIFICATE": "arn:aws:acm:us-east-1:123456789012:certificate/1",
    "DATABASE": "voiceplane-prod-data-1",
    "DEPLOYMENT": "arn:aws:ecs:us-east-1:123456789012:service-deployment/agents/agent/1",
    "FIRST": "2026-11-01",
    "GIB": "100",
    "GROUP": "voiceplane-prod-live",
    "GROUP_ARN": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/turn/1",
    "IMAGE": "agent",
    "INSTANCE": "arn:aws:ecs:us-east-1:123456789012:container-instance/voiceplane-prod-media/1",
    "IOPS": "6000",
    "LEAST": "3",
    "MACHINE": "i-1",
    "MAILBOX": "oncall@example.com",
    "MOST": "40",
    "NAT": "nat-1",
    "NODE": "voiceplane-prod-live-001",
    "NODES": "4",
    "POOL": "voice",
    "PROVIDER": "openai",
    "RECORD_NAME": "_a.example.com",
    "RESOURCE": "Alarms",
    "SERVICE": "api",
    "SESSION": "vs_1",
    "STACK": "control-plane",
    "TASK": "1",
    "TASKS": "6",
    "TODAY": "2026-11-21",
    "TURN": "net/turn/1",
    "TYPE": "cache.m7g.large",
    "VCPUS": "500",
    "WEB_ACL": "api-voice-example-com",
    "ZONE": "Z1",
}
EACH = pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Where blocks are run."""
    return Shell(tmp_path_factory.mktemp("shell"))


@pytest.fixture(scope="module")
def shown(syntheses: Syntheses) -> list[Shown]:
    """Every alarm of every environment that tests know."""
    return every_alarm(syntheses)


@pytest.fixture(scope="module")
def named(shown: list[Shown]) -> set[str]:
    """The pages that alarms of any environment name."""
    return {alarm.runbook for alarm in shown}


def test_every_alarm_has_a_page_and_every_page_an_alarm(named: set[str]) -> None:
    """An alarm without a page wakes somebody who then guesses; a page without an alarm is never found."""
    assert named | {BUDGET} == {page.path for page in pages()}
    assert len(named) >= 30


def test_every_description_ends_in_its_page(shown: list[Shown]) -> None:
    """The mail has nothing else to go by."""
    assert [alarm.name for alarm in shown if not alarm.runbook] == []
    assert len(shown) > 100


@EACH
def test_a_page_has_the_five_sections_in_order(page: Page) -> None:
    """At night one looks where it always is."""
    assert tuple(page.sections) == SECTIONS
    assert all(len(text.split()) > 5 for text in page.sections.values())


@EACH
def test_a_page_takes_a_quarter_of_an_hour_at_most(page: Page) -> None:
    """What takes longer is mended in the page first (seed S202)."""
    assert 0 < page.minutes <= LONGEST


@EACH
def test_a_page_is_about_its_own_alarm(page: Page) -> None:
    """Checks are commands, and the page names what rings."""
    assert "```sh" in page.sections["Checks"]
    assert re.search(r"`[…A-Z][A-Za-z…]+`|A mail from AWS Budgets", page.sections["What is seen"])


@EACH
def test_every_command_of_a_page_works(page: Page, shell: Shell) -> None:
    """A command that is wrong is found out by the one who has no time for it."""
    ran = run(shell, page.shell)

    assert ran.complaint == ""
    assert ran.calls
    assert [fault for call in ran.calls for fault in wrong(call)] == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("aws ecs describe-service --services a", "there is no such operation"),
        ("aws ecs describe-services --cluster a --service a", "knows no --service"),
        ("aws ecs describe-services --cluster a", "needs --services"),
        ("aws ecs describe-services --services a --query 'services[0'", "--query"),
        ("aws cloudwatch describe-alarms --state-value RED", "'RED' is none of"),
        ("aws rds modify-db-instance --db-instance-identifier a --allocated-storage lots", "'lots' is no number"),
        ("aws sqs purge", "there is no such operation"),
        ("aws rds wait db-instance-ready --db-instance-identifier a", "there is no such operation"),
        ("voicectl sessions stop vs_1", "No such command"),
        ("voicectl sessions end", "Missing argument"),
        ("voicectl status --jsn", "No such option"),
        ("curl http://elsewhere.example.com/", "is not ours"),
        ("psql -c 'SELECT 1'", "command not found"),
        ('service_of "$SERVIEC"', "unbound variable"),
        ("if true; then", "syntax error"),
    ],
)
def test_a_command_that_does_not_work_is_found(script: str, said: str, shell: Shell) -> None:
    """The test above says nothing if it cannot fail."""
    ran = run(shell, script)

    found = ran.complaint or " ".join(fault for call in ran.calls for fault in wrong(call))

    assert said in found


@pytest.mark.parametrize(
    "page", [each for each in pages() if "stop-service-deployment" in each.shell], ids=lambda page: page.name
)
def test_a_page_that_stops_a_deployment_has_a_way_back_when_it_is_over(page: Page) -> None:
    """At the time of an alarm it mostly is, and ECS then refuses to stop it."""
    assert "voicectl rollback --env" in page.sections["Actions"]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("server-errors", 'voicectl rollback --env "$ENV"'),
        ("deployment-failed", 'voicectl rollback --env "$ENV"'),
        ("deployment-failed", 'voicectl rollback --env "$ENV" --media'),
        ("provider-errors", 'voicectl rollback --env "$ENV"'),
        ("nodes-silent", 'voicectl rollback --env "$ENV" --media'),
    ],
)
def test_a_release_that_broke_something_is_taken_back_by_one_command(name: str, command: str) -> None:
    """It leaves media alone unless it is asked to, so a page about LiveKit must ask."""
    [page] = [each for each in pages() if each.name == name]

    assert command in page.shell.splitlines()


@pytest.mark.parametrize("page", [each for each in pages() if "at_most " in each.shell], ids=lambda page: page.name)
def test_a_ceiling_is_held_and_put_back(page: Page) -> None:
    """The next scheduled action would take it away within the incident, and no deployment ever puts it back."""
    of = re.findall(r"^at_most (\S+)", page.shell, re.MULTILINE)

    assert all(f"hold {service}\nat_most {service} " in page.sections["Actions"] for service in of)
    assert all(f"let_go {service} " in page.sections["Over when"] for service in of)


@EACH
def test_no_page_lets_a_deployment_put_bounds_back(page: Page) -> None:
    """CloudFormation leaves a target alone whose template has not changed."""
    assert "until the next deployment" not in page.text
    assert "--max-capacity" not in page.shell
    assert not re.search(r"back[^.]{0,60}make deploy", page.text)


def test_bounds_are_held_against_the_schedule_and_let_go_with_both(shell: Shell) -> None:
    """What was skipped while the schedule was suspended is not made up for: whoever lets go says what holds now."""
    ran = run(shell, "hold agent\nlet_go livekit 2 8")

    held, let_go = [call[call.index("--resource-id") + 1 :] for call in ran.calls if "register-scalable-target" in call]
    assert held == ["service/voiceplane-prod-agents/agent", "--suspended-state", "ScheduledScalingSuspended=true"]
    assert let_go == [
        "service/voiceplane-prod-media/livekit",
        *("--min-capacity", "2", "--max-capacity", "8"),
        *("--suspended-state", "ScheduledScalingSuspended=false"),
    ]


def test_the_index_says_how_each_name_is_found() -> None:
    """`$DEPLOYMENT` means nothing to somebody who has just been woken."""
    index = (FOLDER / "README.md").read_text()
    used = {name for page in pages() for name in re.findall(r"\$\{?([A-Z_]+)", page.shell)}
    own = {name for page in pages() for name in re.findall(r"^([A-Z_]+)=", page.shell, re.MULTILINE)}

    assert used - own - set(PLACE) <= set(NAMES)
    assert {name for name in NAMES if f"`${name}`" not in index} == set()


def test_the_index_lists_every_alarm_with_its_severity_and_page(shown: list[Shown]) -> None:
    """It is what one reads before the first night, and what a printer can print."""
    index = (FOLDER / "README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| \[[^]]+\]\(([\w-]+)\.md\) \| (.+) \|$", index, re.MULTILINE)
    said = {(alarm.rule, alarm.severity, Path(alarm.runbook).stem, alarm.meaning) for alarm in shown}

    assert {row[0] for row in rows} == {alarm.rule for alarm in shown}
    assert set(rows) <= said
    assert [rule for rule, times in Counter(row[0] for row in rows).items() if times > 1] == []


def test_the_functions_of_the_index_are_those_of_the_file() -> None:
    """The table of what `first.sh` defines would else grow old."""
    index, defined = (FOLDER / "README.md").read_text(), re.findall(r"^(\w+)\(\)", FIRST.read_text(), re.MULTILINE)

    assert Counter(re.findall(r"^\| `([a-z_]+)[ `]", index, re.MULTILINE)) == Counter(defined)


def test_a_one_off_task_is_told_what_to_run(shell: Shell) -> None:
    """Its command is JSON made by a shell, which is easily made wrong."""
    ran = run(shell, "one_off supervisor control_plane.connections --end-after 120")

    [task] = [call for call in ran.calls if call[1:3] == ["ecs", "run-task"]]
    [overrides] = json.loads(task[task.index("--overrides") + 1])["containerOverrides"]
    assert overrides == {
        "name": "supervisor",
        "command": ["python", "-m", "control_plane.connections", "--end-after", "120"],
    }


@pytest.mark.parametrize(("service", "container"), [("celery-voice", "celery"), ("api", "api")])
def test_a_one_off_task_names_the_service_s_container(service: str, container: str, shell: Shell) -> None:
    """ECS refuses an override of a container that is not there."""
    ran = run(shell, f"one_off {service} control_plane.connections")

    [task] = [call for call in ran.calls if call[1:3] == ["ecs", "run-task"]]
    [overrides] = json.loads(task[task.index("--overrides") + 1])["containerOverrides"]
    assert overrides["name"] == container


def test_a_service_without_modules_is_refused(shell: Shell) -> None:
    """LiveKit's image has no Python; the task would end with a message that nobody looks for."""
    ran = run(shell, "one_off livekit control_plane.connections")

    assert "livekit runs no modules once" in ran.complaint
    assert ran.calls == []


def test_a_service_none_of_whose_tasks_stopped_is_said_to_be_so(shell: Shell) -> None:
    """It is the ordinary case; describe-tasks without a task is an error of usage."""
    ran = run(shell, "stopped_of api", SILENT="1")

    assert ran.complaint == ""
    assert [call[1:3] for call in ran.calls] == [["ecs", "list-tasks"]]


def test_the_database_is_the_primary_and_no_copy(shell: Shell) -> None:
    """A restore drill's copy has the same beginning, and may come first."""
    ran = run(shell, "database")
    [query] = [call[call.index("--query") + 1] for call in ran.calls]
    names = [
        "voiceplane-prod-restore-drill-1",
        "voiceplane-prod-data-1-old",
        "voiceplane-prod-data-1",
        "voiceplane-prod-restored",
    ]
    replica = {
        "DBInstanceIdentifier": "voiceplane-prod-copy",
        "ReadReplicaSourceDBInstanceIdentifier": "voiceplane-prod-data-1",
    }

    found = jmespath.search(query, {"DBInstances": [replica, *({"DBInstanceIdentifier": name} for name in names)]})

    assert found == "voiceplane-prod-data-1"


def test_a_restored_database_is_where_the_services_are(shell: Shell) -> None:
    """Without its groups AWS takes the default ones, in which nobody reaches it."""
    ran = run(shell, "restore_database voiceplane-prod-data-1 voiceplane-prod-restored")

    [call] = [call for call in ran.calls if "restore-db-instance-to-point-in-time" in call]
    assert {"--db-subnet-group-name", "--vpc-security-group-ids", "--db-parameter-group-name", "--multi-az"} <= {*call}
    assert [fault for each in ran.calls for fault in wrong(each)] == []


def test_services_may_sign_in_to_a_restored_database(shell: Shell) -> None:
    """Their roles name the resource id of the instance that is lost."""
    ran = run(shell, "allow_sign_in voiceplane-prod-data-1")

    policies = [
        json.loads(call[call.index("--policy-document") + 1]) for call in ran.calls if "put-role-policy" in call
    ]
    assert len(policies) == 6
    [statement] = policies[0]["Statement"]
    assert statement["Resource"].endswith(f":dbuser:Complete/{APPLICATION_ROLE}")
    assert [fault for each in ran.calls for fault in wrong(each)] == []


def run(shell: Shell, script: str, **besides: str) -> Ran:
    """Run a block after the preparations."""
    return shell.run(f"{FIRST.read_text()}\n{script}", {**PLACE, **NAMES, **besides})


def wrong(call: Sequence[str]) -> Iterator[str]:
    """Yield what the program would not understand."""
    program, *arguments = call
    assert program in RECORDED
    if program == "aws":
        yield from faults(arguments)
    if program == "voicectl":
        yield from _refused(typer.main.get_command(app), arguments)
    if program == "curl":
        addresses = [word for word in arguments if "://" in word]
        yield from (f"{url} is not ours" for url in addresses if f".{PLACE['DOMAIN']}" not in url)


def _refused(command: Any, arguments: list[str]) -> Iterator[str]:
    """Parse as the program itself would, without running anything."""
    try:
        with command.make_context("voicectl", list(arguments)) as context:
            if isinstance(command, TyperGroup):
                _, chosen, rest = command.resolve_command(context, [*context._protected_args, *context.args])
                yield from _refused(chosen, rest)
    except ClickException as refused:
        yield refused.format_message()

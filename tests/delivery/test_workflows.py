"""The pipeline is linted, holds no key, may do no more than it must, and runs only commands that exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import typer.core
import typer.main

from config.load import load
from tests.delivery import actionlint
from tests.delivery.workflow import FOLDER, NAMES, ROOT, Job, actions, jobs, text_of, workflow
from voicectl.command_line import app

EACH = pytest.mark.parametrize("name", NAMES)
EACH_JOB = pytest.mark.parametrize("job", list(jobs()), ids=lambda job: f"{job.workflow}-{job.name}")
ZIZMOR = Path(sys.executable).parent / "zizmor"
BUILDS = pytest.mark.xdist_group("actionlint")  # once
LONG_LIVED = re.compile(
    r"AKIA[0-9A-Z]{16}|aws-(?:access-key-id|secret-access-key)|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)"
)
MAY = {"contents": "read", "id-token": "write", "pull-requests": "write"}
PROGRAMS = {"cat", "echo", "gh", "make", "sudo", ".venv/bin/python"}
HOSTED = {"ubuntu-24.04", "ubuntu-24.04-arm", "${{ matrix.runner }}"}
USAGE = typer.BadParameter.__mro__[1]  # what it is a kind of: any option or argument that does not fit
FILLED = {"$ENVIRONMENT": "prod", "$IMAGE": "agent", "$TO": "", "$TRIED_IN": "staging"}


@BUILDS
@pytest.mark.timeout(900)
def test_actionlint_has_nothing_to_say() -> None:
    """Syntax, expressions, inputs of actions and of workflows, runners."""
    linted = subprocess.run(
        [actionlint.binary(), "-no-color", *FOLDER.glob("*.yml")], capture_output=True, text=True, cwd=ROOT
    )

    assert (linted.returncode, linted.stdout) == (0, "")


@BUILDS
@pytest.mark.timeout(900)
def test_actionlint_would_say_it(tmp_path: Path) -> None:
    """The test above says nothing if it cannot fail."""
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-1804\n    steps:\n      - run: echo ${{ nothing.at.all }}\n"
    )

    assert subprocess.run([actionlint.binary(), wrong], capture_output=True).returncode == 1


def test_zizmor_finds_nothing() -> None:
    """Templates that inject, tokens that leak, permissions without a word, actions without a pin."""
    audited = subprocess.run(
        [ZIZMOR, "--offline", "--persona=pedantic", "--no-progress", ROOT / ".github"], capture_output=True, text=True
    )

    assert audited.returncode == 0, audited.stdout + audited.stderr


def test_zizmor_would_find_it(tmp_path: Path) -> None:
    """As above."""
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n"
    )

    assert subprocess.run([ZIZMOR, "--offline", wrong], capture_output=True).returncode != 0


@EACH
def test_an_action_is_pinned_to_a_commit_that_was_read(name: str) -> None:
    """A tag can be moved to other code over night; docs/delivery.md says how each commit was read."""
    page = (ROOT / "docs" / "delivery.md").read_text()

    for action, reference, comment in actions(text_of(name)):
        assert re.fullmatch(r"[0-9a-f]{40}", reference), action
        assert f"| {action} | {comment} | `{reference}` |" in page, action


def test_every_action_of_the_page_is_used() -> None:
    """A row without a use is a pin that nobody renews."""
    listed = re.findall(r"^\| ([\w-]+/[\w-]+) \|", (ROOT / "docs" / "delivery.md").read_text(), re.MULTILINE)

    assert set(listed) == {action for name in NAMES for action, _, _ in actions(text_of(name))}


@EACH
def test_nobody_may_anything_unless_a_job_says_so(name: str) -> None:
    """The token of a workflow that says nothing may write code."""
    assert workflow(name)["permissions"] == {}


@EACH_JOB
def test_a_job_may_only_what_it_must(job: Job) -> None:
    """Read the code; assume a role; write one comment."""
    assert job.permissions.items() <= MAY.items()
    assert "id-token" not in job.permissions or "pull-requests" not in job.permissions
    assert not job.permissions.get("pull-requests") or job.lines[0].startswith("gh pr comment")


@EACH_JOB
def test_a_job_with_a_role_is_in_a_github_environment(job: Job) -> None:
    """The role trusts the environment, and the environment asks its reviewers."""
    if job.permissions.get("id-token") and job.steps:
        assert job.body["environment"] == "${{ inputs.environment }}"
        role = next(step["with"] for step in job.steps if "configure-aws-credentials" in step.get("uses", ""))
        assert role["role-to-assume"] == "${{ vars.DEPLOY_ROLE_ARN }}"


@EACH_JOB
def test_a_pull_requests_own_code_is_given_nothing(job: Job) -> None:
    """It may be anybody's: no role, no token that writes, and no checkout where there is one."""
    if job.workflow == "check.yml":
        assert "id-token" not in job.permissions
        checks_out = any("checkout" in step.get("uses", "") for step in job.steps)
        assert not (checks_out and "write" in job.permissions.values())


@EACH
def test_no_long_lived_key_is_anywhere(name: str) -> None:
    """Nor a secret of GitHub's: OIDC needs none."""
    assert LONG_LIVED.findall(text_of(name)) == []
    assert "secrets." not in text_of(name)


def test_a_long_lived_key_would_be_found() -> None:
    """The test above says nothing if it cannot fail."""
    assert LONG_LIVED.search("aws-access-key-id: x")
    assert LONG_LIVED.search("AKIA" + "A" * 16)


@EACH_JOB
def test_a_job_ends_by_itself(job: Job) -> None:
    """One that hangs costs six hours, and blocks its group."""
    if job.steps:
        assert 1 <= job.body["timeout-minutes"] <= 240
        assert job.body["runs-on"] in HOSTED


@EACH_JOB
def test_a_checkout_leaves_no_token_and_knows_every_commit(job: Job) -> None:
    """An image's tag is the last commit that changed it: a shallow clone knows one commit only."""
    for step in job.steps:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"fetch-depth": 0, "persist-credentials": False}


@EACH_JOB
def test_a_job_runs_only_commands_that_exist(job: Job) -> None:
    """What is in a workflow and nowhere else is tried out on production."""
    for line in job.lines:
        words = shlex.split(line.partition(" > ")[0].partition(" >> ")[0])
        assert words[0] in PROGRAMS, line
        if words[0] == ".venv/bin/python":
            _parse([FILLED.get(word, word) for word in words])
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), line
        if words[0] == "sudo":
            assert (ROOT / words[-1]).stat().st_mode & 0o111, line


def test_a_command_that_does_not_exist_is_found() -> None:
    """The test above says nothing if it cannot fail."""
    with pytest.raises(KeyError):
        _parse(shlex.split(".venv/bin/python -m voicectl deplyo prod"))
    with pytest.raises(USAGE):
        _parse(shlex.split(".venv/bin/python -m voicectl images push --env prod --form staging"))


@EACH_JOB
def test_no_expression_is_written_into_a_shell(job: Job) -> None:
    """A branch's name can be a command; variables cannot."""
    assert [line for line in job.lines if "${{" in line] == []


def test_every_environment_is_synthesized() -> None:
    """Also those that nobody deploys from here."""
    [synth] = [job for job in jobs("check.yml") if job.name == "synth"]
    shipped = sorted(path.stem for path in (ROOT / "config" / "environments").glob("*.toml"))

    assert sorted(synth.body["strategy"]["matrix"]["environment"]) == shipped


def test_staging_is_deployed_before_production() -> None:
    """And production takes the bytes that staging has tried."""
    called = {job.name: job.body for job in jobs("deploy.yml")}
    in_staging = {job.name: job.body for job in jobs("staging.yml")}

    assert [called[name].get("needs") for name in ("staging", "production")] == [None, "staging"]
    assert [in_staging[name].get("needs") for name in ("images", "release")] == [None, "images"]
    assert called["staging"]["uses"].endswith("/staging.yml")
    assert {name: body["with"] for name, body in in_staging.items()} == {
        "images": {"environment": "staging"},
        "release": {"environment": "staging"},
    }
    assert called["production"]["with"] == {"environment": "prod", "tried_in": "staging"}
    assert workflow("deploy.yml")["on"] == {"push": {"branches": ["main"]}}


def test_a_release_goes_in_this_order_and_back_only_from_what_it_began() -> None:
    """A deployment that was refused has changed nothing: going back would undo the one before it."""
    [release] = jobs("release.yml")
    order = ["images", "the migration, then the services", "does it answer?", "back to what ran before"]
    places = [release.position(name) for name in order]

    assert places == sorted(places)
    assert release.step(order[2])["run"].endswith('smoke --env "$ENVIRONMENT" --tries 10 --pause 10 --confirm')
    assert "--unconfirmed" in release.step(order[3])["run"]
    assert release.step(order[3])["if"] == "failure() && hashFiles('cdk.out/deployment-begun') != ''"


def test_a_release_that_waits_for_its_approval_holds_up_no_later_commit() -> None:
    """Nobody approves on a Sunday; staging goes on, one commit after another."""
    called = {job.name: job.body for job in jobs("deploy.yml")}

    assert workflow("deploy.yml")["concurrency"]["group"] == "deploy-${{ github.sha }}"
    assert called["staging"]["concurrency"] == {"group": "deploy-staging", "cancel-in-progress": False}
    assert "concurrency" not in called["production"]  # release.yml has the environment's


def test_two_deployments_of_an_environment_wait_for_each_other() -> None:
    """A rollback waits for none: one that waits for its approval would hold it up, and one that runs refuses it."""
    groups = {job.body["concurrency"]["group"]: job.body["concurrency"] for job in jobs("release.yml", "rollback.yml")}

    assert set(groups) == {"release-${{ inputs.environment }}", "rollback-${{ inputs.environment }}"}
    assert not any(group["cancel-in-progress"] for group in groups.values())


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_github_calls_an_environment_as_its_file_does(name: str) -> None:
    """The role's trust has the name in it."""
    assert load(name).name == name


def _parse(words: list[str]) -> None:
    """Let voicectl's own parser read a command."""
    _, module, name, first, *rest = words
    assert (module, name) == ("-m", "voicectl")
    command = typer.main.get_group(app).commands[first]
    if isinstance(command, typer.core.TyperGroup):
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context(first, rest)

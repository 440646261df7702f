"""A file says only what makes its environment different; everything else comes from its size and the defaults."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError, EnvironmentNotFound
from config.load import load, load_or_exit
from config.toml_file import ENVIRONMENTS, REPOSITORY
from tests.config.files import voice_toml, write


def test_an_environment_is_found_by_its_name() -> None:
    """`cdk deploy -c environment=prod` works from any directory."""
    environment = load("prod")

    assert (environment.name, environment.production) == ("prod", True)


def test_an_environment_is_found_by_its_path(tmp_path: Path) -> None:
    """A team may keep its environment files in a repository of its own."""
    path = write(tmp_path, voice_toml(), name="blue.toml")

    environment = load(path)

    assert environment.name == "blue"


def test_a_file_may_name_its_environment_otherwise(tmp_path: Path) -> None:
    """A copy of a file must not silently be another environment."""
    path = write(tmp_path, voice_toml('name = "green"'), name="blue.toml")

    environment = load(path)

    assert environment.name == "green"


def test_a_file_name_that_is_no_environment_name_is_refused(tmp_path: Path) -> None:
    """The name goes into every physical name on AWS."""
    path = write(tmp_path, voice_toml(), name="My Prod.toml")

    with pytest.raises(ConfigError, match=r'name is "My Prod" \(the file\'s name\); .*; write it like "prod"'):
        load(path)


def test_a_partial_table_keeps_every_other_default(tmp_path: Path) -> None:
    """A default of a section may say more than its model does: LiveKit's cooldown is 300, others' is 60."""
    path = write(tmp_path, voice_toml("media.livekit.scaling.scale_in.step = 1\nagent.scaling.scale_in.step = 1"))

    environment = load(path)

    assert environment.media.livekit.scaling.scale_in.cooldown_seconds == 300
    assert environment.agent.scaling.scale_in.cooldown_seconds == 60


def test_a_partial_table_keeps_its_preset(tmp_path: Path) -> None:
    """A file that raises a ceiling must not lose the floor of its size."""
    path = write(tmp_path, voice_toml('size = "large"\nagent.tasks.max = 199'))

    environment = load(path)

    assert (environment.agent.tasks.min, environment.agent.tasks.max) == (3, 199)
    assert environment.data.database.pgbouncer.client_connections == 10_000


def test_a_file_wins_over_its_preset(tmp_path: Path) -> None:
    """Every key of a preset can still be set."""
    path = write(tmp_path, voice_toml("data.database.max_connections = 300"))

    environment = load(path)

    assert environment.data.database.max_connections == 300


def test_an_array_replaces_the_one_beneath(tmp_path: Path) -> None:
    """A list of pipelines that also kept the default one could never be narrowed."""
    path = write(tmp_path, voice_toml('agent.pipelines = ["gemini_live"]'))

    environment = load(path)

    assert environment.agent.pipelines == ("gemini_live",)


def test_dates_and_times_may_be_written_with_or_without_quotes(tmp_path: Path) -> None:
    """TOML has both; neither is a mistake."""
    windows = '[{ name = "day", starts = 09:00:00, ends = "17:00", tasks = { agent = { min = 3, max = 9 } } }]'
    path = write(tmp_path, voice_toml(f'schedule.weekday = {windows}\nschedule.holidays = [2026-12-25, "2027-01-01"]'))

    schedule = load(path).schedule

    assert [window.starts.isoformat() for window in schedule.weekday] == ["09:00:00"]
    assert [day.isoformat() for day in schedule.holidays] == ["2026-12-25", "2027-01-01"]


def test_a_mark_at_the_beginning_of_a_file_is_no_mistake(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "blue.toml"
    path.write_text(voice_toml(), encoding="utf-8-sig")

    environment = load(str(path))

    assert environment.region == "us-east-1"


def test_an_environment_is_frozen() -> None:
    """Two stacks must not see different values."""
    environment = load("dev")

    with pytest.raises(ValidationError):
        environment.region = "eu-west-1"  # type: ignore[misc]


def test_two_readings_share_nothing(tmp_path: Path) -> None:
    """The defaults of one environment must not change with another's file."""
    write(tmp_path, voice_toml('tags.team = "blue"'), name="blue.toml")
    write(tmp_path, voice_toml(), name="green.toml")
    load(str(tmp_path / "blue.toml"))

    green = load(str(tmp_path / "green.toml"))

    assert green.tags == {}


def test_a_program_ends_with_one_message_and_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A trace of our own code says nothing about the file."""
    path = write(tmp_path, voice_toml("network.zones = 9"))

    with pytest.raises(SystemExit) as ended:
        load_or_exit(path)

    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert captured.err == f"{path}: network.zones is 9; it must be 2 to 3; lower it to 3 or less\n"
    assert captured.out == ""


def test_an_error_names_the_users_file_when_the_preset_has_the_value(tmp_path: Path) -> None:
    """Nobody should search our files for their mistake, but they may want to know whose value it is."""
    path = write(tmp_path, voice_toml("production = true"))

    with pytest.raises(ConfigError) as caught:
        load(path)

    assert str(caught.value).startswith(f"{path}: network.nat_gateways is 1 (preset small); ")


def test_a_missing_path_offers_its_neighbours(tmp_path: Path) -> None:
    """A wrong directory is the commonest reason."""
    with pytest.raises(EnvironmentNotFound, match="no .toml file in"):
        load(str(tmp_path / "prod.toml"))


@pytest.mark.parametrize("path", sorted(ENVIRONMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_our_own_environments_are_short(path: Path) -> None:
    """Only what differs, so that two environments can be compared by eye."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert lines[0] == "#:schema ../schema.json"
    assert len(lines) <= 35


def test_our_own_environments_fit_into_one_account() -> None:
    """dev, staging and prod side by side: names and domains differ, and one makes what an account has once."""
    environments = [load(path.stem) for path in sorted(ENVIRONMENTS.glob("*.toml"))]

    assert {"dev", "prod", "staging"} <= {environment.name for environment in environments}
    assert len({environment.domain.name for environment in environments}) == len(environments)
    assert [environment.delivery.oidc_provider for environment in environments].count("create") == 1


def test_configuration_needs_no_cdk() -> None:
    """The review, the simulator and the laptop read environments where jsii is not wanted."""
    program = "import sys, config.load, config.write_schema; print('aws_cdk' in sys.modules, 'jsii' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert ran.stdout == "False False\n"

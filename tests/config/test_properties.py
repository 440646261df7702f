"""Of thousands of generated files, the right ones load, and one wrong key is one message about that key."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ConfigError, SchemaFaulty
from config.keys import Key, catalogue
from config.load import load
from tests.config.files import write
from tests.config.strategies import Table, valid_environment_tables
from tests.config.toml_text import toml_text

SAME_EVERY_RUN = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

SETTABLE = [key for key in catalogue().values() if not key.is_table and not {"[]", "*"} & set(key.path)]
WRONG_TYPE = {
    "a whole number": "many",
    "a number": "many",
    "true or false": "yes",
    "text in quotes": 5,
    "a table": 5,
    "an address range": 5,
}
BROKEN_TOGETHER: tuple[tuple[str, Any], ...] = (
    ("network.nat_gateways", 3),
    ("network.cidr", "10.0.0.0/8"),
    ("data.database.max_connections", 50),
    ("data.database.instance_type", "db.t4g.micro"),
    ("data.storage.retention_days", 1),
    ("media.livekit.udp.first", 7000),
    ("agent.sessions_per_task", 100),
    ("agent.size.memory_mib", 1000),
    ("api.tasks.min", 1),
    ("agent.rollout", "canary"),
    ("timing.max_call_seconds", 28_800),
    ("timing.agent_drain_seconds", 60),
    ("operations.log_days", 31),
    ("schedule.time_zone", "Europe/Londn"),
    ("region", "eu-wst-1"),
)

CONTRADICTED: dict[str, dict[str, Any]] = {  # beside something larger, the value would be right
    "network.nat_gateways": {"network.zones": 2},
    "agent.sessions_per_task": {"agent.size": {"cpu_units": 2048, "memory_mib": 4096}},
}


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """One directory for all examples."""
    with TemporaryDirectory() as name:
        yield Path(name)


@settings(SAME_EVERY_RUN, max_examples=450)
@given(table=valid_environment_tables())
def test_a_right_file_loads(table: Table, directory: Path) -> None:
    """Rules that contradict each other would leave no file at all."""
    path = write(directory, toml_text(table))

    environment = load(path)

    assert environment.name == table["name"]
    assert environment.timing.max_call_seconds == table["timing"]["max_call_seconds"]


@settings(SAME_EVERY_RUN, max_examples=350)
@given(table=valid_environment_tables(), key=st.sampled_from(SETTABLE), data=st.data())
def test_one_wrong_value_is_one_message_about_its_key(
    table: Table, key: Key, data: st.DataObject, directory: Path
) -> None:
    """Wrong types, values beyond a limit and misspelt keys, each in an otherwise right file."""
    path, value = data.draw(_wrong(key))
    wrong = write(directory, toml_text(_with(table, path, value)))

    with pytest.raises(SchemaFaulty) as caught:
        load(wrong)

    assert caught.value.key == ".".join(path)
    assert str(caught.value).startswith(f"{wrong}: {'.'.join(path)} is ")
    assert "\n" not in str(caught.value)
    assert "more)" not in str(caught.value)


@settings(SAME_EVERY_RUN, max_examples=200)
@given(table=valid_environment_tables(), mistake=st.sampled_from(BROKEN_TOGETHER))
def test_one_contradiction_is_one_message_that_names_its_key(
    table: Table, mistake: tuple[str, Any], directory: Path
) -> None:
    """A value that is allowed alone, but not beside the others."""
    key, value = mistake
    for beside, small in CONTRADICTED.get(key, {}).items():
        table = _with(table, tuple(beside.split(".")), small)
    wrong = write(directory, toml_text(_with(table, tuple(key.split(".")), value)))

    with pytest.raises(ConfigError) as caught:
        load(wrong)

    assert key in str(caught.value).splitlines()[0]


@settings(SAME_EVERY_RUN, max_examples=300)
@given(content=st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)))
def test_any_other_content_is_one_message(content: bytes, directory: Path) -> None:
    """Whatever is in the file, nobody sees a trace."""
    path = directory / "noise.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        load(str(path))

    assert str(caught.value).startswith(str(path))
    assert len(str(caught.value).splitlines()) == 1


@st.composite
def _wrong(draw: st.DrawFn, key: Key) -> tuple[tuple[str, ...], Any]:
    """Draw a path and a value that the schema refuses."""
    options: list[tuple[tuple[str, ...], Any]] = [((*key.path[:-1], f"{key.name}x"), 1)]
    options.append((key.path, WRONG_TYPE.get(key.kind, 5)))
    if key.choices:
        options.append((key.path, f"{key.choices[0]}x"))
    if key.least is not None:
        options.append((key.path, int(key.least) - 1))
    if key.most is not None:
        options.append((key.path, int(key.most) + 1))
    path, value = draw(st.sampled_from(options))
    return path, value


def _with(table: Table, path: tuple[str, ...], value: Any) -> Table:
    changed = deepcopy(table)
    inner = changed
    for part in path[:-1]:
        inner = inner.setdefault(part, {})
    inner[path[-1]] = value
    return changed

"""A container starts with the variables it needs, or says which one is wrong and never what it holds."""

import re

import pytest
from pydantic import SecretStr, ValidationError

from contract.environment import AgentEnv, ContainerEnv, EnvironmentUnreadable, ProcessEnv, TimingEnv
from contract.services import CONTAINERS
from contract.timing import Timing
from tests.contract.variables import NO_VALUE, SECRET, bounds, classes, complete, is_text, kind_of, minimal

CLASSES = pytest.mark.parametrize("container", classes(), ids=lambda container: container.__name__)
SOUNDS_SECRET = re.compile(r"(password|secret|secret_key|signing_key|api_key|speech_key|keys|dsn|auth|credentials)$")
NO_SECRETS = {"livekit_api_key"}  # the key's id


@CLASSES
def test_a_minimal_environment_is_read(container: type[ContainerEnv]) -> None:
    """What has a default need not be said."""
    told = minimal(container)

    read = container.read(told)

    assert {name.upper() for name in read.model_fields_set} == set(told)


@CLASSES
def test_a_complete_environment_is_read(container: type[ContainerEnv]) -> None:
    """Every variable reaches the process under its own name."""
    told = complete(container)

    read = container.read(told | {"PATH": "/bin", "UNHEARD_OF": "1"})

    assert {name.upper() for name in read.model_fields_set} == set(told)


@CLASSES
def test_each_missing_variable_is_named(container: type[ContainerEnv]) -> None:
    """Whoever is paged sees one line, and knows what to set."""
    told = minimal(container)
    for name in told:
        assert _message(container, {key: told[key] for key in told if key != name}) == f"{name}: Field required"


@CLASSES
def test_an_empty_variable_is_a_missing_one(container: type[ContainerEnv]) -> None:
    """`LIVEKIT_API_SECRET=` is a hole in somebody's template, not a secret."""
    told = minimal(container)
    for name in told:
        assert _message(container, told | {name: ""}) == f"{name}: Field required"


@CLASSES
def test_an_optional_variable_may_be_empty(container: type[ContainerEnv]) -> None:
    """A compose file cannot leave a variable out; its default holds then."""
    told = minimal(container)
    empty = {name.upper(): "" for name, field in container.model_fields.items() if not field.is_required()}

    assert container.read(told | empty) == container.read(told)


@CLASSES
def test_each_wrong_type_is_named_and_not_shown(container: type[ContainerEnv]) -> None:
    """A secret that landed in the wrong variable must not land in a log too."""
    told = minimal(container)
    for name, field in container.model_fields.items():
        if not is_text(field):
            message = _message(container, told | {name.upper(): NO_VALUE})

            assert message.startswith(f"{name.upper()}: Input should be ")
            assert NO_VALUE not in message


@CLASSES
def test_each_limit_is_kept(container: type[ContainerEnv]) -> None:
    """The limit itself is fine; one beyond it is refused by name."""
    told = minimal(container)
    for name, field in container.model_fields.items():
        for inside, outside in bounds(field):
            container.read(told | {name.upper(): inside})

            assert _message(container, told | {name.upper(): outside}).startswith(f"{name.upper()}: Input should be ")


@CLASSES
def test_every_number_has_a_lower_limit(container: type[ContainerEnv]) -> None:
    """No count, port or duration here may be negative."""
    numbers = {name: field for name, field in container.model_fields.items() if kind_of(field) in (int, float)}

    assert [name for name, field in numbers.items() if not any(bounds(field))] == []


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf"])
def test_a_share_of_no_cpu_is_refused(value: str) -> None:
    """The agent divides by it."""
    assert _message(AgentEnv, minimal(AgentEnv) | {"NUM_CPUS": value}).startswith("NUM_CPUS: Input should be ")


def test_every_fault_is_in_one_message() -> None:
    """A task that needs six starts to name six faults costs half an hour."""
    said = _message(ProcessEnv, {"SERVICE": "api", "LOG_LEVEL": "loud", "RELEASE": "sha-1"})

    assert [fault.split(":")[0] for fault in said.split("; ")] == ["ENVIRONMENT", "AWS_REGION", "LOG_LEVEL"]


def test_a_variable_has_its_name_in_capitals_only() -> None:
    """The shell's `service` is not ours."""
    assert "SERVICE: Field required" in _message(ProcessEnv, {"service": "api"})


@CLASSES
def test_a_secret_is_never_shown(container: type[ContainerEnv]) -> None:
    """Settings are printed at start, and by every traceback that shows locals."""
    read = container.read(complete(container))

    for shown in (repr(read), str(read), f"{read}", read.model_dump_json()):
        assert SECRET not in shown


@CLASSES
def test_a_secret_is_in_no_error_of_pydantics(container: type[ContainerEnv]) -> None:
    """A test or a tool may validate without `read`."""
    with pytest.raises(ValidationError) as refused:
        container.model_validate({"unheard_of": SECRET})

    assert SECRET not in str(refused.value)


@CLASSES
def test_what_sounds_secret_is_one(container: type[ContainerEnv]) -> None:
    """The class is what puts it into Secrets Manager."""
    sounding = {name for name in container.model_fields if SOUNDS_SECRET.search(name)} - NO_SECRETS
    secret = {name for name, field in container.model_fields.items() if kind_of(field) is SecretStr}

    assert sounding == secret


@CLASSES
def test_an_environment_is_never_changed(container: type[ContainerEnv]) -> None:
    """What was read at start is true until the end."""
    read = container.read(minimal(container))
    name = next(iter(container.model_fields))

    with pytest.raises(ValidationError, match="frozen"):
        setattr(read, name, getattr(read, name))


def test_one_name_is_one_kind_of_thing_everywhere() -> None:
    """A port that is a number here and a text there is two variables with one name."""
    kinds: dict[str, set[str]] = {}
    for container in classes():
        for name, field in container.model_fields.items():
            kinds.setdefault(name, set()).add(str(kind_of(field)))

    assert {name: kind for name, kind in kinds.items() if len(kind) > 1} == {}


def test_every_duration_of_a_call_can_be_told() -> None:
    """`TIMING` defaults are read back as they were said, under the names that operators know."""
    timing = Timing().model_dump()

    assert set(TimingEnv.model_fields) <= set(timing)
    read = TimingEnv.read({name.upper(): str(value) for name, value in timing.items()})
    assert read.model_dump() == {name: timing[name] for name in TimingEnv.model_fields}


def test_no_two_containers_share_a_class() -> None:
    """A class says what one container is told; a shared one would tell the other's secrets too."""
    used = [container.environment for container in CONTAINERS]

    assert len(set(used)) == len(used)


def _message(container: type[ContainerEnv], variables: dict[str, str]) -> str:
    with pytest.raises(EnvironmentUnreadable) as refused:
        container.read(variables)
    said = str(refused.value)
    assert said.startswith(f"{container.__name__}: ")
    assert "\n" not in said
    assert refused.value.__suppress_context__
    return said.removeprefix(f"{container.__name__}: ")

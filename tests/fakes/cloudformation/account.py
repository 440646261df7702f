"""An empty cloud for one test, also while a longer-lived `mock_aws` holds an account that others still read."""

import contextlib
from collections.abc import Iterator
from typing import Any

from moto import mock_aws
from moto.core.base_backend import BackendDict

from tests.fakes.cloudformation.backend import forgotten_afterwards


@contextlib.contextmanager
def empty_account() -> Iterator[None]:
    """Nothing in any account or region; what was there before is back afterwards.

    A nested `mock_aws` alone would go on with everything the outer one holds.
    """
    with mock_aws(), forgotten_afterwards():
        held = _take_away()
        try:
            yield
        finally:
            BackendDict.reset()
            _bring_back(held)


def _services() -> list[Any]:
    """The list itself, which moto reads too."""
    every: Any = BackendDict  # generic, and mypy refuses to read a class's list by it
    services: list[Any] = every._instances
    return services


def _take_away() -> list[tuple[Any, dict[str, Any]]]:
    services = _services()
    held = [(service, dict(service)) for service in services]
    for service in services:
        service.clear()
    services.clear()
    return held


def _bring_back(held: list[tuple[Any, dict[str, Any]]]) -> None:
    services = _services()
    for service, accounts in held:
        service.update(accounts)
        services.append(service)

"""Callers of a drill: one who cannot call says so where nothing was noticed."""

from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from voicectl.call.errors import ApiRefused
from voicectl.drill.errors import NotCaused, NotNoticed
from voicectl.drill.laptop.callers import Callers
from voicectl.drill.laptop.stage import Stage


class FullApi:
    """A control plane that places no call any more."""

    def __init__(self) -> None:
        """Nobody has asked."""
        self.asked = Event()

    def post(self, path: str, body: object = None) -> Any:
        """Refuse."""
        self.asked.set()
        raise ApiRefused(f"too many calls: {path} {body}")

    def close(self) -> None:
        """Nothing is open."""


def stage(api: FullApi) -> Stage:
    """As much of a platform as callers look at."""
    return cast("Stage", SimpleNamespace(api=lambda: api, running=SimpleNamespace(transports=["websocket"])))


def unnoticed(api: FullApi) -> None:
    """A drill whose alarm does not come."""
    with Callers(stage(api), pipeline="deepgram-openai") as callers:
        callers.keep_coming(1)
        assert api.asked.wait(10)
        raise NotNoticed("ProviderErrors is not on")


def test_callers_who_could_not_call_are_why_nothing_was_noticed() -> None:
    """Otherwise the alarm is looked at for a fault that it does not have."""
    with pytest.raises(NotCaused, match=r"is not on; a caller could not go on: .*too many calls"):
        unnoticed(FullApi())


def test_a_drill_that_went_well_is_not_spoilt_by_its_last_caller() -> None:
    """The alarm was seen on and off; what came after it is not what was rehearsed."""
    api = FullApi()

    with Callers(stage(api), pipeline="deepgram-openai") as callers:
        callers.keep_coming(1)
        assert api.asked.wait(10)

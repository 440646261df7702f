"""The platform finds free ports, finds the same ones again, and says which one is in the way."""

import socket
from pathlib import Path

import pytest

from voicectl.up.errors import PortTaken
from voicectl.up.ports import choose

NAMES = ("api", "udp-livekit", "page")


def chosen(
    folder: Path, *, before: dict[str, int] | None = None, fixed: dict[str, int] | None = None
) -> dict[str, int]:
    """The ports of three servers."""
    return choose(NAMES, folder=folder, before=before or {}, fixed=fixed or {})


def test_every_server_has_its_own_and_media_has_two(tmp_path: Path) -> None:
    """LiveKit refuses a range of one port."""
    ports = chosen(tmp_path)

    assert len({ports["api"], ports["udp-livekit"], ports["udp-livekit"] + 1, ports["page"]}) == 4
    assert all(20000 <= port < 31900 for port in ports.values())


def test_a_restart_keeps_them(tmp_path: Path) -> None:
    """An open page goes on working."""
    before = chosen(tmp_path / "elsewhere")

    assert chosen(tmp_path, before=before) == before


def test_one_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    """The others stay."""
    before = chosen(tmp_path)
    with socket.create_server(("127.0.0.1", before["api"])):
        after = chosen(tmp_path, before=before)

    assert after["api"] not in before.values()
    assert (after["page"], after["udp-livekit"]) == (before["page"], before["udp-livekit"])


def test_a_port_that_a_person_asked_for_is_never_exchanged(tmp_path: Path) -> None:
    """Whoever writes --port api=8000 has written 8000 elsewhere too."""
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} for api is in use; stop what uses it, or choose another"):
            chosen(tmp_path, fixed={"api": port})

    assert chosen(tmp_path, fixed={"api": port})["api"] == port


def test_two_clones_begin_at_different_places(tmp_path: Path) -> None:
    """They may run at the same time, and be started at the same moment."""
    first, second = chosen(tmp_path / "one"), chosen(tmp_path / "two")

    assert not set(first.values()) & set(second.values())

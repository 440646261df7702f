"""Forty mistakes that people make, each of which ends in one message that says what to do.

The same list is run through `python app.py`, `cdk synth` and `make synth` elsewhere.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load
from tests.config.files import voice_toml, write
from tests.config.rule_case import weekday, window


@dataclass(frozen=True)
class Mistake:
    """Something wrong with an environment file, or with how it is named.

    Attributes:
        key: The dotted key that must be named, empty when the whole file is at fault.
        fragments: What the message must contain.
        text: The file.
        place: Makes something else than a file of that text, and answers what to call `load` with.
        hidden: What the message must not contain.
    """

    name: str
    key: str
    fragments: tuple[str, ...]
    text: str = ""
    place: Callable[[Path], str] | None = None
    hidden: str = ""

    def argument(self, directory: Path) -> str:
        """Put the mistake into a directory and answer the name or path to load."""
        return self.place(directory) if self.place else write(directory, self.text)


def _line(name: str, line: str, key: str, *fragments: str, without: str = "", hidden: str = "") -> Mistake:
    """One wrong line in a file that is right otherwise."""
    return Mistake(name, key, fragments, text=voice_toml(line, without=without), hidden=hidden)


def _bytes(content: bytes) -> Callable[[Path], str]:
    def place(directory: Path) -> str:
        path = directory / "voice.toml"
        path.write_bytes(content)
        return str(path)

    return place


def _directory(directory: Path) -> str:
    path = directory / "voice.toml"
    path.mkdir()
    return str(path)


def _dangling(directory: Path) -> str:
    path = directory / "voice.toml"
    path.symlink_to(path)
    return str(path)


def _unreadable(directory: Path) -> str:
    """Root may read everything but the memory of a process at address 0."""
    path = directory / "voice.toml"
    if os.geteuid() == 0:
        path.symlink_to("/proc/self/mem")
    else:
        path.touch(mode=0)
    return str(path)


def _misspelt(directory: Path) -> str:
    write(directory, voice_toml())
    return str(directory / "vioce.toml")


SPELLING = (
    _line("a misspelt table", "agnet.tasks.max = 4", "agnet", "is a table", "did you mean agent?"),
    _line("a misspelt key", "agent.autoscalling = 4", "agent.autoscalling", "is 4", "did you mean scaling?"),
    _line(
        "a key of another table",
        "[timing]\nsessions_per_task = 8",
        "timing.sessions_per_task",
        "agent.sessions_per_task",
    ),
    _line("a key below the first table", '[timing]\nsize = "large"', "timing.size", "above the first [table]"),
    _line(
        "a misspelt required table",
        '[domian]\nname = "a.example.com"',
        "domian",
        "did you mean domain?",
        without="domain.name",
    ),
    _line("a misspelt size", 'size = "smal"', "size", '"smal"', '"medium"', 'did you mean "small"?'),
    _line("a misspelt choice", 'agent.rollout = "canery"', "agent.rollout", 'did you mean "canary"?'),
    _line(
        "a misspelt pipeline",
        'agent.pipelines = ["deepgram_opnai"]',
        "agent.pipelines[0]",
        "did you mean deepgram_openai?",
    ),
    _line("a misspelt region", 'region = "us-esat-1"', "region", "did you mean us-east-1?", without="region"),
    _line(
        "a misspelt time zone",
        'schedule.time_zone = "America/NewYork"',
        "schedule.time_zone",
        "did you mean America/New_York?",
    ),
    _line("a city for a time zone", 'schedule.time_zone = "Tokyo"', "schedule.time_zone", "did you mean Asia/Tokyo?"),
    _line(
        "a misspelt tier in a window",
        weekday(window("office hours", tasks="agnet = { min = 1, max = 2 }")),
        'schedule.weekday["office hours"].tasks.agnet',
        "did you mean agent?",
    ),
    _line("a misspelt image", 'delivery.image_tags.agnet = "v1"', "delivery.image_tags.agnet", "did you mean agent?"),
    _line(
        "a misspelt machine", 'media.livekit.instance_type = "c7g.xlage"', "media.livekit.instance_type", "c7g.xlarge?"
    ),
)

UNITS = (
    _line(
        "minutes for seconds",
        "agent.stop_timeout_minutes = 2",
        "agent.stop_timeout_minutes",
        "stop_timeout_seconds = 120",
    ),
    _line("no unit", "timing.max_call = 45", "timing.max_call", "did you mean max_call_seconds?"),
    _line(
        "no unit, and a word that secrets have", "timing.token_lifetime = 10", "timing.token_lifetime", "did you mean"
    ),
    _line("minutes in seconds' key", "timing.max_call_seconds = 45", "timing.max_call_seconds", "is 45", "60 to 28800"),
    _line("gibibytes for mebibytes", "agent.size.memory_gb = 4", "agent.size.memory_gb", "memory_mib = 4096"),
    _line("vCPUs for units", "agent.size.cpu_vcpu = 2", "agent.size.cpu_vcpu", "cpu_units = 2048"),
    _line("a number in quotes", 'timing.max_call_seconds = "60"', "timing.max_call_seconds", '"60"', "without quotes"),
    _line("a fraction of a task", "agent.tasks.max = 2.5", "agent.tasks.max", "is 2.5", "whole number", "fraction"),
    _line("yes for true", 'production = "yes"', "production", '"yes"', "true or false"),
    _line("an account without quotes", "account = 123456789012", "account", "text in quotes"),
    _line("a value for a table", "agent = 5", "agent", "is 5", "must be a table"),
    _line("a text for an array", 'agent.pipelines = "gemini_live"', "agent.pipelines", "array of texts", "brackets"),
    _line(
        "an hour of one digit", weekday(window(starts="9:00")), 'schedule.weekday["peak"].starts', '"9:00"', '"09:00"'
    ),
    _line("a day that is none", 'schedule.holidays = ["2026-02-30"]', "schedule.holidays[0]", "2026-02-30", "a date"),
    _line("a host's address", 'network.cidr = "10.0.0.5/16"', "network.cidr", '"10.0.0.5/16"', '"10.0.0.0/16"'),
)

LIMITS = (
    _line("no domain", "", "domain.name", "is missing", "[domain]", without="domain.name"),
    _line("no region", "", "region", "is missing", 'region = "us-east-1"', without="region"),
    _line("a floor above the ceiling", "agent.tasks.min = 30", "agent.tasks.min", "is 30", "agent.tasks.max 20"),
    _line("one API task", "api.tasks.min = 1", "api.tasks.min", "is 1", "at least 2", "raise it to 2"),
    _line("too many calls a task", "agent.sessions_per_task = 20", "agent.sessions_per_task", "is 20", "at most 10"),
    _line("too many connections", "data.database.pool_size = 20", "data.database.pool_size", "547", "200", "pgbouncer"),
    _line(
        "calls longer than the drain", "timing.max_call_seconds = 3600", "timing.max_call_seconds", "! 3900 <= 3000 s"
    ),
    _line(
        "a size that Fargate lacks", "agent.size.memory_mib = 3000", "agent.size.memory_mib", "is 3000", "4096 to 16384"
    ),
    _line(
        "ports of TURN's relay", "media.livekit.udp.first = 39000", "media.livekit.udp.first", "30000 to 40000", "TURN"
    ),
    _line(
        "Flower in production",
        "production = true\nbackground.flower = true",
        "background.flower",
        "is true",
        "production",
    ),
    _line("the tag latest", 'delivery.image_tags.agent = "latest"', "delivery.image_tags.agent", "latest", "sha-"),
    _line(
        "a log period that CloudWatch lacks", "operations.log_days = 45", "operations.log_days", "is 45", "set it to 60"
    ),
    _line(
        "windows that overlap",
        weekday(window("early", "08:00", "12:00"), window("late", "11:00", "18:00")),
        'schedule.weekday["late"].starts',
        '"11:00"',
        '"early", 08:00 to 12:00',
    ),
    _line(
        "a window in the hour that summer time leaves out",
        'schedule.time_zone = "America/New_York"\n'
        + weekday(window()).replace("weekday", "weekend").replace("09:00", "02:30"),
        'schedule.weekend["peak"].starts',
        "2026-03-08",
        "02:00 to 03:00",
    ),
    _line(
        "regions that overlap",
        'regions = [{ name = "eu-west-1", cidr = "10.0.0.0/16" }]',
        "regions[0].cidr",
        "10.0.0.0/16",
        "peered",
    ),
)

FILES = (
    _line(
        "a secret",
        'database_password = "hunter2"',
        "database_password",
        "not shown",
        "Secrets Manager",
        hidden="hunter2",
    ),
    _line(
        "a secret's looks",
        'delivery.repository = "ghp_0a1b2c3d"',
        "delivery.repository",
        without="delivery.repository",
        hidden="ghp_",
    ),
    _line("no closing quote", 'frontend.branch = "main', "", "line 6", "not TOML"),
    _line("a time without quotes", "schedule.lead_minutes = 00:15", "", "line 6", "in quotes"),
    _line("a key twice", "delivery.keep_images = 9\ndelivery.keep_images = 8\n[timing]", "", "line 7", "given once"),
    Mistake("another encoding", "", ("not UTF-8", "byte 5"), place=_bytes("x = \xe9".encode("latin-1"))),
    Mistake("a number of 5,000 digits", "", ("64 bits",), place=_bytes(b"x = " + b"9" * 5000)),
    Mistake("a file of brackets", "", ("nested too deeply",), place=_bytes(b"x = " + b"[" * 5000)),
    Mistake("a directory", "", ("is a directory", "one .toml file"), place=_directory),
    Mistake("an unreadable file", "", ("unreadable", "permissions"), place=_unreadable),
    Mistake("a link to itself", "", ("voice.toml", "missing"), place=_dangling),
    Mistake("a misspelt file", "", ("vioce.toml", "did you mean voice.toml?"), place=_misspelt),
    Mistake("a misspelt name", "", ("prd", "dev, prod and staging", "did you mean prod?"), place=lambda _: "prd"),
    Mistake("no name", "", ("dev, prod and staging",), place=lambda _: ""),
)

MISTAKES = (*SPELLING, *UNITS, *LIMITS, *FILES)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_ends_in_one_message_that_says_what_to_do(mistake: Mistake, tmp_path: Path) -> None:
    """`file: key is value; what is allowed; what to do` on the first line, and nothing else but a table."""
    with pytest.raises(ConfigError) as caught:
        load(mistake.argument(tmp_path))

    message = str(caught.value)
    first = message.splitlines()[0]
    assert caught.value.key == mistake.key
    assert mistake.key in first
    assert first.count("; ") >= 2
    assert not [fragment for fragment in mistake.fragments if fragment not in message]
    assert not (mistake.hidden and mistake.hidden in message)


def test_several_mistakes_are_one_message(tmp_path: Path) -> None:
    """People mend one thing at a time, and want to know how much is left."""
    path = write(tmp_path, voice_toml("agnet.tasks.max = 4\napi.tasks.max = 0\nnetwork.zones = 9"))

    with pytest.raises(ConfigError) as caught:
        load(path)

    assert caught.value.key == "agnet"
    assert str(caught.value).endswith("(and 2 more)")

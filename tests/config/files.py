"""Environment files for tests: the least that one must say, and whatever a test adds."""

from pathlib import Path

from config.load import layered, validated
from config.schema import Environment
from config.toml_file import parse

LEAST = {
    "region": '"us-east-1"',
    "domain.name": '"voice.example.com"',
    "operations.alarm_email": '"oncall@example.com"',
    "operations.monthly_budget_usd": "1000",
    "delivery.repository": '"example/voiceplane"',
}


def voice_toml(extra: str = "", *, without: str = "") -> str:
    """Write the least environment file and further lines of TOML.

    Args:
        without: A key of the least file to leave out.
    """
    lines = [f"{key} = {value}" for key, value in LEAST.items() if key != without]
    return "\n".join([*lines, extra, ""])


def write(directory: Path, text: str, *, name: str = "voice.toml") -> str:
    """Put a file there and answer its path."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def environment_of(extra: str = "", *, without: str = "") -> Environment:
    """Answer an environment whose keys are each allowed, but that no rule has seen."""
    table = parse(voice_toml(extra, without=without), shown="voice.toml")
    return validated(layered(table, shown="voice.toml", name="voice"))

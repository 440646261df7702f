"""The command line answers at once: what a command needs is imported when it runs."""

import subprocess
import sys

import pytest

HEAVY = ("aws_cdk", "boto3", "django", "httpx", "livekit", "moto", "numpy", "pydantic", "rich.live", "jsii")


@pytest.mark.parametrize("module", HEAVY)
def test_help_imports_nothing_heavy(module: str) -> None:
    """Half a second before every answer is felt; `--help` takes 0.2."""
    source = f"import sys, voicectl.command_line; sys.exit({module!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 0


def test_every_command_says_what_it_does_and_shows_an_example() -> None:
    """A command without an example is tried out on something that matters."""
    from voicectl.command_line import app

    silent = [
        command.callback.__name__
        for command in app.registered_commands
        if command.callback and "Example: voicectl " not in (command.callback.__doc__ or "")
    ]

    assert silent == []

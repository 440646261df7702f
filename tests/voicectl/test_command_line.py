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


@pytest.mark.parametrize(("arguments", "code", "said"), [("--help", 0, "Usage"), ("call --transport", 2, "requires")])
def test_a_command_that_used_livekit_ends_at_once(arguments: str, code: int, said: str) -> None:
    """Its native threads call into Python to the last: an interpreter that finalises meanwhile aborts the process."""
    source = (
        "import atexit, livekit.rtc; from voicectl.command_line import run;"
        "atexit.register(print, 'the interpreter was taken down'); run()"
    )

    ended = subprocess.run([sys.executable, "-c", source, *arguments.split()], capture_output=True, text=True)

    assert ended.returncode == code
    assert said in ended.stdout + ended.stderr
    assert "taken down" not in ended.stdout


def test_every_command_says_what_it_does_and_shows_an_example() -> None:
    """A command without an example is tried out on something that matters."""
    from voicectl.command_line import app

    silent = [
        command.callback.__name__
        for command in app.registered_commands
        if command.callback and "Example: voicectl " not in (command.callback.__doc__ or "")
    ]

    assert silent == []

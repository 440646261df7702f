"""The commands of `voicectl`: each group registers its own, and imports what they need when they run."""

import sys

import typer

from runtime.kit.ending import end
from voicectl.alarms import commands as alarms
from voicectl.call import commands as call
from voicectl.deploy import commands as deploy
from voicectl.doctor import commands as doctor
from voicectl.drill import commands as drill
from voicectl.golive import commands as golive
from voicectl.images import commands as images
from voicectl.review import commands as review
from voicectl.running import commands as running
from voicectl.secrets import commands as secrets
from voicectl.up import commands as up

app = typer.Typer(help="The handle of the platform.", no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """The handle of the platform."""


for group in (up, running, call, alarms, drill, doctor, review, deploy, images, secrets, golive):
    group.register(app)


def run() -> None:
    """Run the command of this process's arguments, and end it with the command's exit code."""
    try:
        app()
    except SystemExit as ended:
        if "livekit.rtc" in sys.modules:
            end(int(ended.code or 0))
        raise

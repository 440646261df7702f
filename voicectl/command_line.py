"""The commands of `voicectl`: each group registers its own, and imports what they need when they run."""

import typer

from voicectl.call import commands as call
from voicectl.deploy import commands as deploy
from voicectl.doctor import commands as doctor
from voicectl.review import commands as review
from voicectl.up import commands as up

app = typer.Typer(help="The handle of the platform.", no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """The handle of the platform."""


for group in (up, call, doctor, review, deploy):
    group.register(app)

"""The commands of `voicectl`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voicectl.review.report import print_review
from voicectl.review.templates import AssemblyUnreadable, read_assembly

PLAIN_WIDTH = 170  # columns of a table in a pipe or a log

app = typer.Typer(help="The handle of the platform.", no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """The handle of the platform."""


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(help="what `cdk synth` wrote")] = Path("cdk.out"),
) -> None:
    """Print one page about the synthesized templates.

    Example: voicectl review cdk.out
    """
    try:
        assembly = read_assembly(folder)
    except AssemblyUnreadable as unreadable:
        typer.echo(unreadable, err=True)
        raise typer.Exit(2) from None
    console = Console()
    print_review(assembly, console=console if console.is_terminal else Console(width=PLAIN_WIDTH))

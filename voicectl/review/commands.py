"""`voicectl review`."""

from pathlib import Path
from typing import Annotated

import typer

PLAIN_WIDTH = 170  # columns of a table in a pipe or a log


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(review)


def review(
    folder: Annotated[Path, typer.Argument(help="what `cdk synth` wrote")] = Path("cdk.out"),
) -> None:
    """Print one page about the synthesized templates.

    Example: voicectl review cdk.out
    """
    from rich.console import Console

    from voicectl.review.report import print_review
    from voicectl.review.templates import AssemblyUnreadable, read_assembly

    try:
        assembly = read_assembly(folder)
    except AssemblyUnreadable as unreadable:
        typer.echo(unreadable, err=True)
        raise typer.Exit(2) from None
    console = Console()
    print_review(assembly, console=console if console.is_terminal else Console(width=PLAIN_WIDTH))

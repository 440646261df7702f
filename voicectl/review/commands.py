"""`voicectl review`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:  # the page imports rich and pydantic, which `voicectl --help` need not wait for
    from rich.console import Console

    from voicectl.review.page import Review

PLAIN_WIDTH = 170  # columns of a table in a pipe or a log


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(review)


def review(
    folder: Annotated[
        Path | None,
        typer.Argument(help="what `cdk synth` wrote; alone it gives the short page", show_default="cdk.out"),
    ] = None,
    env: Annotated[
        str | None, typer.Option("--env", help="synthesize this: a name in config/environments/, or a path to a file")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="compare with: an environment, a folder of templates, or a Git reference")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print it as docs/review.schema.json says")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="print it as a comment on a pull request")] = False,
    html: Annotated[Path | None, typer.Option(help="write it into one HTML file")] = None,
) -> None:
    """Print one page about an environment: what would be replaced, what is open, what it costs.

    Example: voicectl review --env prod --against main

    voicectl review --env prod --against staging --html review.html
    """
    if folder and env:
        _refuse(f"{folder} and --env {env} are two things to review; give one of them")
    if as_json and markdown:
        _refuse("--json and --markdown both print to standard output; give one of them")
    if not (env or against or as_json or markdown or html):
        _short(folder or Path("cdk.out"))
        return
    page = _page(folder=folder, env=env, against=against)
    if html:
        _write(page, html)
    if as_json:
        typer.echo(page.model_dump_json(indent=2))
    elif markdown:
        from voicectl.review.show.markdown import markdown_of

        typer.echo(markdown_of(page), nl=False)
    elif not html:
        _print(page)


def _short(folder: Path) -> None:
    from voicectl.review.errors import ReviewRefused
    from voicectl.review.report import print_review
    from voicectl.review.templates import read_assembly

    try:
        assembly = read_assembly(folder)
    except ReviewRefused as refused:
        _refuse(str(refused))
    print_review(assembly, console=_console())


def _page(*, folder: Path | None, env: str | None, against: str | None) -> "Review":
    from config.errors import ConfigError
    from voicectl.review.errors import ReviewRefused
    from voicectl.review.making import review_of
    from voicectl.review.sides import sides

    try:
        with sides(folder=folder, environment=env, against=against) as both:
            return review_of(both)
    except (ReviewRefused, ConfigError) as refused:
        _refuse(str(refused))


def _write(page: "Review", file: Path) -> None:
    from voicectl.review.show.html import html_of

    try:
        file.write_text(html_of(page), encoding="utf-8")
    except OSError as refused:
        _refuse(f"{file} cannot be written ({refused.strerror}); name a file in a folder that is there")
    typer.echo(f"wrote {file}", err=True)


def _print(page: "Review") -> None:
    from voicectl.review.show.terminal import print_page

    print_page(page, console=_console())


def _console() -> "Console":
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=PLAIN_WIDTH)


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)

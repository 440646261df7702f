"""`voicectl call`, and `voicectl sessions list|show|end` and `voicectl token`."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

PLAIN_WIDTH = 170  # columns of a table in a pipe or a log
DEFAULT_LINES = ("Thank you for taking my call today.", "We help sales teams practise with realistic buyers.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(call)
    app.command()(token)
    sessions = typer.Typer(help="Look at voice sessions, and end one.", no_args_is_help=True)
    sessions.command("list")(list_sessions)
    sessions.command("show")(show_session)
    sessions.command("end")(end_session)
    app.add_typer(sessions, name="sessions")


def call(
    pipeline: Annotated[str, typer.Option(help="the session's simulation_service")] = "local",
    transport: Annotated[str, typer.Option(help="livekit (WebRTC) or websocket; livekit where there is a server")] = "",
    language: Annotated[str, typer.Option(help="of the conversation")] = "en",
    say: Annotated[list[str] | None, typer.Option(help="a line to say; repeat it for more")] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="a 16-bit mono WAV to say; repeat it for more")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object at the end")] = False,
) -> None:
    """Place a call to the platform that `voicectl up` runs, and show its record.

    Example: voicectl call --say "We have forty agents." --transport websocket
    """
    import asyncio

    from rich.console import Console

    from voicectl.call import report
    from voicectl.call.api import Api
    from voicectl.call.conversation import Utterance
    from voicectl.call.errors import CallError
    from voicectl.call.place import Wish, place
    from voicectl.call.sound import from_file, from_text, recognised

    platform = _platform()
    addresses = platform.running.addresses
    console = Console(stderr=as_json, width=None if Console().is_terminal else PLAIN_WIDTH)
    transcriber = report.Transcriber(console)
    lines = say if say or wav else DEFAULT_LINES
    try:
        utterances = [Utterance(text, from_text(text, speech_url=addresses.speech)) for text in lines or ()]
        utterances += [Utterance("", from_file(path)) for path in wav or ()]
        outcome = asyncio.run(
            place(
                Api(addresses.api, key=platform.keys.api_key.get_secret_value()),
                Wish(pipeline, _transport(transport, available=platform.running.transports), language),
                events_url=addresses.events,
                utterances=utterances,
                on_event=transcriber.event,
                on_exchange=transcriber.exchange,
            )
        )
        heard = [recognised(each.heard, speech_url=addresses.speech) for each in outcome.exchanges] if as_json else []
    except CallError as failed:
        _fail(str(failed))
    if as_json:
        typer.echo(report.as_json(outcome, heard=heard))
    else:
        report.print_record(outcome, console)


def token(session: Annotated[str, typer.Argument(help="the session's id")]) -> None:
    """Print a new token for the caller of an open session, as JSON.

    Example: voicectl token vs_0190…
    """
    typer.echo(json.dumps(_ask("POST", f"/sessions/{session}/token")))


def list_sessions(
    state: Annotated[str, typer.Option(help="only those in this state")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="at most so many")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="the API's own answer")] = False,
) -> None:
    """List the newest sessions.

    Example: voicectl sessions list --state active
    """
    page = _ask("GET", "/sessions", limit=limit, **({"state": state} if state else {}))
    if as_json:
        typer.echo(json.dumps(page))
        return
    for row in page["results"]:
        line = (row["id"], row["state"], row["reason"] or "", row["transport"], row["simulation_service"])
        typer.echo("  ".join(str(value) for value in (*line, row["created_at"])))


def show_session(session: Annotated[str, typer.Argument(help="the session's id")]) -> None:
    """Print everything that is known of a session, as JSON.

    Example: voicectl sessions show vs_0190…
    """
    typer.echo(json.dumps(_ask("GET", f"/sessions/{session}"), indent=1))


def end_session(session: Annotated[str, typer.Argument(help="the session's id")]) -> None:
    """Hang up.

    Example: voicectl sessions end vs_0190…
    """
    typer.echo(json.dumps(_ask("POST", f"/sessions/{session}/end")))


def _transport(asked: str, *, available: Sequence[str]) -> str:
    """What was asked for, else the best there is; people are told when that is not the usual one."""
    if asked == "livekit" and asked not in available:
        _fail("no LiveKit server here; use --transport websocket, or see `voicectl status`")
    if not asked and "livekit" not in available:
        typer.echo("no LiveKit server here: the call uses the WebSocket transport; see `voicectl status`", err=True)
    return asked or available[0]


def _ask(method: str, path: str, **query: str | int) -> dict[str, Any]:
    from voicectl.call.api import Api
    from voicectl.call.errors import ApiRefused

    platform = _platform()
    api = Api(platform.running.addresses.api, key=platform.keys.api_key.get_secret_value())
    try:
        return api.get(path, **query) if method == "GET" else api.post(path)
    except ApiRefused as refused:
        _fail(str(refused))


def _platform() -> Any:
    from voicectl.up.errors import NotRunning, StateUnreadable
    from voicectl.up.state import running_platform, state_folder

    try:
        return running_platform(state_folder(os.environ))
    except (NotRunning, StateUnreadable) as missing:
        _fail(str(missing))


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)

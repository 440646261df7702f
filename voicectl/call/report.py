"""What people see of a call: each turn as it happens, and the record when it is done."""

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from contract.session import SessionEvent, Speaker
from voicectl.call.conversation import Exchange
from voicectl.call.place import Outcome


class Transcriber:
    """Prints a call while it goes on."""

    def __init__(self, console: Console) -> None:
        """Print there."""
        self._console = console

    def event(self, event: SessionEvent) -> None:
        """A turn as the record has it, or a new state."""
        if event.turn is not None:
            who = "you" if event.turn.speaker is Speaker.CALLER else "agent"
            self._console.print(f"[bold]{who:>6}[/]  {event.turn.text}", highlight=False)
        elif event.state is not None:
            why = f" ({event.reason})" if event.reason else ""
            self._console.print(f"[dim]        {event.state}{why}[/]")

    def exchange(self, exchange: Exchange) -> None:
        """What was heard, and how fast."""
        seconds = len(exchange.heard) / 2 / 24_000
        after = "" if exchange.latency_ms is None else f" after {exchange.latency_ms} ms"
        self._console.print(f"[dim]        heard {seconds:.1f} s{after}[/]")


def print_record(outcome: Outcome, console: Console) -> None:
    """The record: state, reason, turns, cost, objects."""
    record = outcome.record
    table = Table(title=record["id"], title_justify="left", show_header=False, box=None)
    for name in ("state", "reason", "transport", "simulation_service", "active_at", "ended_at"):
        table.add_row(name, str(record[name]))
    table.add_row("turns", str(len(record["turns"])))
    table.add_row("cost", f"${record['cost']['total_usd']}{_unpriced(record)}")
    for item in record["objects"]:
        table.add_row(item["kind"], item["key"])
    console.print(table)


def as_json(outcome: Outcome, *, heard: list[str]) -> str:
    """One object: the record, and what was heard of every answer.

    Args:
        heard: The agent's words, recognised from its sound; empty where nobody could.
    """
    exchanges = [
        {
            "said": exchange.said,
            "latency_ms": exchange.latency_ms,
            "heard_seconds": round(len(exchange.heard) / 2 / 24_000, 3),
            "heard_text": text,
        }
        for exchange, text in zip(outcome.exchanges, heard, strict=True)
    ]
    return json.dumps({**outcome.record, "exchanges": exchanges})


def _unpriced(record: dict[str, Any]) -> str:
    unpriced = record["cost"]["unpriced"]
    return f" and what {', '.join(unpriced)} costs, whose price nobody has read" if unpriced else ""

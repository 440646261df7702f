"""The drill on a laptop: the platform's database into a new PostgreSQL, compared, and thrown away."""

import time
from datetime import datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from voicectl.drill.rehearsals import Restored, remember_restored
from voicectl.drill.report import console
from voicectl.drill.restore.copying import Comparison, compare, copied
from voicectl.drill.restore.server import Server, new_server

DUMP = "dump"


def rehearse_restore(source: Server, *, by: str, now: datetime, record: Path) -> Comparison:
    """Copy, compare, print, and remember it where nothing differs.

    Raises:
        RestoreFailed: There is no copy to compare.
    """
    began = time.monotonic()
    with new_server() as target:
        started = time.monotonic() - began
        with copied(source, target) as both:
            comparison = compare(both)
    seconds = round(time.monotonic() - began, 1)
    _print(comparison)
    console().print(
        f"{len(comparison.copy)} tables, {comparison.rows:,} rows in {seconds:g} s: new instance {started:.1f} s, "
        f"dump {both.dump_seconds:.1f} s, restore {both.restore_seconds:.1f} s"
    )
    if not comparison.differences:
        remember_restored(record, _restored(comparison, by=by, now=now, seconds=seconds))
    return comparison


def _restored(comparison: Comparison, *, by: str, now: datetime, seconds: float) -> Restored:
    tables = len(comparison.copy)
    return Restored(
        on=now, by=by, source=DUMP, tables=tables, rows=comparison.rows, asked=comparison.rows or None, seconds=seconds
    )


def _print(comparison: Comparison) -> None:
    said = {each.table: each.said for each in comparison.differences}
    table = Table(box=None, pad_edge=False, show_header=False)
    for name in sorted(comparison.original.keys() | comparison.copy.keys()):
        known = comparison.copy.get(name) or comparison.original[name]
        state = Text(said[name], style="bold red") if name in said else Text("same", style="green")
        table.add_row(name, f"{known.rows:,}", known.checksum, state)
    console().print(table)

"""`docs/configuration.md`: every key, and every rule that sees more than one."""

from collections.abc import Iterator
from typing import Any, Final, get_args

from config.keys import ANY, ITEM, Key, catalogue
from config.layers import defaults, merged, preset
from config.rules.every import RULES
from config.schema import Environment
from config.timing_budget import LINES
from config.words import show_value, value_at

HEAD: Final = """\
# Configuration

Written by `python -m config.write_schema`; change the attribute docstrings in `config/sections/` instead.

An environment file, `config/environments/<name>.toml` or a path to one, says only what makes that environment
different. Beneath it lie the preset of its `size`, `config/sizes/<size>.toml`, and the defaults below. A table that
is given in part keeps the rest. An unknown key is an error, and so is a value that is not allowed: `python app.py`,
`cdk synth` and every command print one message, `file: key is value; what is allowed; what to do`, and end with code 2.

Where the presets differ, the default is given as `small / medium / large`.
"""
WITHOUT_DEFAULT: Final = "required"


def manual() -> str:
    """Answer the whole text."""
    return "\n".join([HEAD, *_tables(), *_rules(), *_budget()])


def _tables() -> Iterator[str]:
    yield from _table("The file itself", "", keys=[each for each in _below(()) if not each.is_table])
    for table in catalogue().values():
        rows = [each for each in _below(table.path) if not each.is_table]
        if rows and table.path[-1] not in (ITEM, ANY):
            yield from _table(f"`[{table.dotted}]`", table.meaning, keys=rows)
        elif rows:
            yield from _table(_item_heading(table), table.meaning, keys=rows)


def _item_heading(table: Key) -> str:
    """Arrays of tables have their own brackets; a table of the user's own names has a name in its place."""
    return (
        f"`[[{table.dotted.removesuffix(ITEM)}]]`" if table.name == ITEM else f"`{table.dotted.replace(ANY, '<name>')}`"
    )


def _table(heading: str, meaning: str, *, keys: list[Key]) -> Iterator[str]:
    yield f"## {heading}\n"
    if meaning:
        yield f"{meaning}\n"
    yield "| key | type | default | limit | meaning |"
    yield "|---|---|---|---|---|"
    for each in keys:
        cells = (f"`{each.name}`", _kind(each), _default(each), _limit(each), each.meaning)
        escaped = [cell.replace("|", "\\|") for cell in cells]
        yield f"| {' | '.join(escaped)} |"
    yield ""


def _below(table: tuple[str, ...]) -> list[Key]:
    return [each for each in catalogue().values() if each.path[:-1] == table and each.name not in (ITEM, ANY)]


def _kind(each: Key) -> str:
    return each.kind.removeprefix("a ").removeprefix("an ").replace(" in quotes", "")


def _limit(each: Key) -> str:
    return f"`{each.limit.removeprefix('like ')}`" if each.limit.startswith("like ") else each.limit


def _default(each: Key) -> str:
    if each.is_required:
        return WITHOUT_DEFAULT
    if ITEM in each.path:
        return _shown(each.default)
    shown = [_shown(value_at(merged(defaults(), preset(size)), each.path)) for size in _sizes()]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def _shown(value: Any) -> str:
    return "–" if value is None or value == {} else f"`{show_value(value)}`"


def _sizes() -> tuple[str, ...]:
    return get_args(Environment.model_fields["size"].annotation)


def _rules() -> Iterator[str]:
    yield "## Rules across keys\n"
    for rule in RULES:
        yield f"- {(rule.__doc__ or '').strip()}"
    yield ""


def _budget() -> Iterator[str]:
    yield "## The timing budget\n"
    yield "Names in capitals are constants of `contract/timing.py`; every sum is in seconds.\n"
    for formula, why in LINES:
        yield f"- {why}: `{formula}`"
    yield ""

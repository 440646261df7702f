"""Find an environment file and read it into a plain table."""

import re
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from config.errors import EnvironmentNotFound, FileMalformed
from config.words import KeyPath, listed, nearest, show_key

REPOSITORY: Final = Path(__file__).resolve().parent.parent
ENVIRONMENTS: Final = REPOSITORY / "config" / "environments"
DEEPEST: Final = 20  # tables within tables; the schema has five
_PLACE: Final = re.compile(r"(?P<what>.*) \(at (line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_AGAIN: Final = re.compile("overwrite|twice|duplicate|immutable")


def find(name_or_path: str) -> Path:
    """Answer the file of an environment's name, or the path itself if it is one.

    Raises:
        EnvironmentNotFound: There is no such file; names the ones there are.
    """
    is_path = name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path
    path = Path(name_or_path) if is_path else ENVIRONMENTS / f"{name_or_path}.toml"
    if name_or_path and "\0" not in name_or_path and _exists(path):
        return path
    raise EnvironmentNotFound(_not_found(name_or_path, path))


def shown_path(path: Path) -> str:
    """Answer the file's name in messages: one of ours from the repository's root, any other as it was given."""
    text = str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
    return text if text.isprintable() else repr(text)


def read(path: Path) -> dict[str, Any]:
    """Answer what the file says, dates and times as text.

    Raises:
        EnvironmentNotFound: The system does not let us read it.
        FileMalformed: It is not TOML in UTF-8.
    """
    return parse(_text(path), shown=shown_path(path))


def parse(text: str, *, shown: str) -> dict[str, Any]:
    """Answer what TOML says, dates and times as text.

    Raises:
        FileMalformed: It is not TOML; names the line, and the file as `shown`.
    """
    try:
        plain: dict[str, Any] = _plain(tomllib.loads(text), shown=shown, above=())
    except (ValueError, RecursionError) as malformed:  # an integer of 5,000 digits is a plain ValueError
        raise FileMalformed(f"{shown}: {_what_is_wrong(malformed)}") from None
    return plain


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")  # editors on Windows begin a file with a mark
    except UnicodeDecodeError as undecodable:
        raise FileMalformed(
            f"{shown_path(path)}: byte {undecodable.start + 1} is not UTF-8; TOML is UTF-8 text; save the file as UTF-8"
        ) from None
    except OSError as refused:
        raise EnvironmentNotFound(
            f"{shown_path(path)}: the file is unreadable ({refused.strerror}); "
            "it must be a file that you may read; check its permissions"
        ) from None


def _exists(path: Path) -> bool:
    """Tell whether there is something to read; a directory or a pipe is no file, and says so."""
    try:
        if path.exists() and not path.is_file():
            kind = "a directory" if path.is_dir() else "not a regular file"
            raise EnvironmentNotFound(
                f"{shown_path(path)}: the path is {kind}; an environment is one .toml file; "
                f"name a file, such as {ENVIRONMENTS.relative_to(REPOSITORY)}/dev.toml"
            )
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def _not_found(wanted: str, path: Path) -> str:
    """Offer the files beside the missing one, or our own."""
    ours = path.parent == ENVIRONMENTS
    beside = sorted(each.stem if ours else each.name for each in _toml_files(path.parent))
    if not beside:
        return f"{wanted}: the file is missing; there is no .toml file in {path.parent}; correct the path"
    if not wanted.isprintable():
        wanted = repr(wanted)
    meant = f"did you mean {near}?" if (near := nearest(Path(wanted).name, beside)) else "choose one of these"
    return f"{wanted or '(nothing)'}: the environment is missing; there are {listed(beside)}; {meant}"


def _toml_files(directory: Path) -> list[Path]:
    try:
        return list(directory.glob("*.toml"))
    except (OSError, ValueError):
        return []


def _what_is_wrong(malformed: Exception) -> str:
    """Name the place but never quote the line, which may hold a secret."""
    if isinstance(malformed, RecursionError):
        return f"the file is nested too deeply; tables go {DEEPEST} deep at most; flatten it"
    found = _PLACE.match(str(malformed))
    if found is None:  # an integer of 5,000 digits
        return "the file is not TOML; a number has 64 bits; write a smaller one"
    place = f"line {found['line']}" if found["line"] else "the last line"
    what = found["what"][:1].lower() + found["what"][1:]
    if _AGAIN.search(what):
        return f"{place} says again what is said above; a key or table is given once; remove one of them"
    return (
        f"{place} is not TOML ({what}); a line is key = value, with text, dates and times in quotes; "
        f"correct it{_at(found['column'])}"
    )


def _at(column: str | None) -> str:
    return f" at column {column}" if column else ""


def _plain(value: Any, *, shown: str, above: KeyPath) -> Any:
    """Turn dates and times into text, and refuse what TOML itself does not promise."""
    if len(above) > DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        return {name: _plain(inner, shown=shown, above=(*above, name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, shown=shown, above=(*above, number)) for number, inner in enumerate(value)]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise FileMalformed(f"{shown}: {show_key(above)} is too large; a TOML number has 64 bits; write a smaller one")
    return value.isoformat() if isinstance(value, date | datetime | time) else value

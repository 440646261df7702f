"""An exception as a log may tell it: its types, where they were raised, and words only where they are ours.

A library's message may quote what it was given: PostgreSQL the row that it refused, a provider the prompt, a parser
the text. Ours never do, so that ours are told; of the others codes are, and the stack says the rest.
"""

import os
from collections.abc import Iterator
from itertools import islice
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final

OURS: Final = frozenset({"agent", "contract", "control_plane", "runtime", "voicectl"})
QUOTES_NOTHING: Final = (AttributeError, ImportError, NameError)  # they name code; Django puts values into a TypeError
CODES: Final = ("sqlstate", "errno", "status_code")
MOST_FRAMES: Final = 50  # of one exception
SHORTEST_QUOTE: Final = 4  # what is shorter is in any text

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def trace(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Answer an exception and what led to it, the last first, without messages of others and without locals."""
    return [_told(error) for error in _chain(exc_info[1], into_groups=False)]


def without_quotes(text: str, errors: tuple[BaseException, ...]) -> str:
    """Replace what a text repeats of these exceptions, or of what led to them, by the exception's name."""
    quotes = {quote: type(error).__name__ for each in errors for error in _chain(each) for quote in _quotes(error)}
    for quote in sorted(quotes, key=len, reverse=True):
        text = text.replace(quote, quotes[quote])
    return text


def _told(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    frames = islice(walk_tb(error.__traceback__), MOST_FRAMES)
    told: dict[str, Any] = {
        "exc_type": f"{kind.__module__}.{kind.__name__}".removeprefix("builtins."),
        "exc_value": _message(error),
        "frames": [
            {"filename": frame.f_code.co_filename, "lineno": line, "name": frame.f_code.co_name}
            for frame, line in frames
        ],
    }
    if isinstance(error, BaseExceptionGroup):
        told["exceptions"] = [[_told(each) for each in _chain(part, into_groups=False)] for part in error.exceptions]
    return told


def _message(error: BaseException) -> str:
    if _is_speakable(error):
        return str(error)
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return f"[Errno {error.errno}] {os.strerror(error.errno)}"  # the system's words, without the file's name
    codes = {name: getattr(error, name, None) for name in CODES}
    return ", ".join(f"{name} {code}" for name, code in codes.items() if isinstance(code, int | str) and code)


def _is_speakable(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in OURS or type(error) in QUOTES_NOTHING


def _quotes(error: BaseException) -> Iterator[str]:
    if not _is_speakable(error):
        said = (str(error), repr(error), *map(str, error.args))
        yield from (each for each in said if len(each) >= SHORTEST_QUOTE)


def _chain(error: BaseException, *, into_groups: bool = True) -> Iterator[BaseException]:
    """An exception, its cause, and so on; each once, since a chain may be a ring."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        told = waiting.pop(0)
        if id(told) in seen:
            continue
        seen.add(id(told))
        yield told
        before = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
        if into_groups:  # for quotes a context counts even where it is suppressed
            before = told.__cause__ or told.__context__
            waiting += told.exceptions if isinstance(told, BaseExceptionGroup) else ()
        if before is not None:
            waiting.append(before)

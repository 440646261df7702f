"""Do the durations of a call and its shutdown fit together?"""

from collections.abc import Iterator

from config.faults import Fault, conflict
from config.keys import catalogue
from config.schema import Environment
from config.timing_budget import Line, Term, budget, budget_table
from config.words import listed


def timing_fits(environment: Environment) -> Iterator[Fault]:
    """Every line of the timing budget holds; an error shows all of them."""
    lines = budget(environment)
    for line in lines:
        if not line.holds:
            yield _fault(line, table=budget_table(lines))


def _fault(line: Line, *, table: str) -> Fault:
    keys = [term.path for term in (*line.left, *line.right) if term.path]
    return conflict(
        *keys,
        allowed=(
            f"{line.why} only if {line.left_formula} {line.relation} {line.right_formula}, "
            f"but {line.left_seconds} > {line.right_seconds - (line.relation == '<')}"
        ),
        remedy=listed(_remedies(line), last="or"),
        table=table,
    )


def _remedies(line: Line) -> list[str]:
    """Name what can be changed alone, within what each key allows."""
    lowered = [(term, term.seconds - line.excess_seconds, "lower") for term in line.left]
    raised = [(term, term.seconds + line.excess_seconds, "raise") for term in line.right]
    possible = [f"{verb} {term.name} to {to}" for term, to, verb in lowered + raised if _is_allowed(term, to)]
    return possible or ["change several of them"]


def _is_allowed(term: Term, seconds: int) -> bool:
    return bool(term.path) and catalogue()[tuple(map(str, term.path))].holds(seconds)

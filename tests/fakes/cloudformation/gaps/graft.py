"""Put functions of ours onto moto's classes; type checkers would, rightly, refuse an assignment."""

from collections.abc import Callable
from typing import Any


def graft(owner: type, **methods: Callable[..., Any]) -> None:
    """Add or replace methods of a class.

    Args:
        owner: A class of moto's.
        methods: By their names.
    """
    for name, method in methods.items():
        setattr(owner, name, method)

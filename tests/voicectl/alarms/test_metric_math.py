"""The metric math of our definitions has the values that CloudWatch would give it."""

import pytest

from voicectl.alarms.errors import ExpressionUnknown
from voicectl.alarms.metric_math import computed


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("100 * part / IF(whole < 20, 20, whole)", 25.0),
        ("FILL(gone, 7) + 1", 8.0),
        ("FILL(part, 7)", 5.0),
        ("part - whole", -5.0),
        ("-part", -5.0),
        ("part / 0", None),
        ("part + gone", None),
        ("MAX(part, whole)", 10.0),
        ("MIN(part, gone)", 5.0),
        ("SUM(part, whole, gone)", 15.0),
        ("MAX(gone)", None),
        ("part < whole AND whole >= 10", 1.0),
        ("part > whole || whole == 10", 1.0),
        ("part != 5 && whole == 10", 0.0),
        ("IF(gone > 1, 1, 2)", None),
    ],
)
def test_an_expression_has_its_value(expression: str, value: float | None) -> None:
    """Missing stays missing, unless something was put in its place."""
    assert computed(expression, {"part": 5.0, "whole": 10.0, "gone": None}) == value


@pytest.mark.parametrize(
    "expression", ["other + 1", "SEARCH('x')", "FILL(part)", "part.real", "part +", "'text'", "part ** 2"]
)
def test_what_is_not_known_is_named(expression: str) -> None:
    """A definition that is evaluated wrongly is worse than one that is not."""
    with pytest.raises(ExpressionUnknown, match="is not known here|cannot be read"):
        computed(expression, {"part": 5.0})

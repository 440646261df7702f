"""The part of CloudWatch's metric math that the alarms use, for one minute of data.

Follows "Using metric math": arithmetic and comparisons take a missing value for 0, a division by
zero and an `IF` without alternative drop the datapoint, `FILL` puts a value in. What AWS leaves open, the
comparison of a missing value with a number, can be read either way: `missing_is_zero`.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Value = float | None

ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


def alarm_value(alarm: Mapping[str, Any], data: Mapping[str, Value], *, missing_is_zero: bool = True) -> Value:
    """Answer the datapoint that an alarm on an expression sees; None for no datapoint.

    Args:
        data: By the ids of the alarm's metrics; an absent one is missing.
    """
    values: dict[str, Value] = {}
    for query in alarm["Metrics"]:
        name = query["Id"]
        if "Expression" in query:
            values[name] = evaluate(query["Expression"], values, missing_is_zero=missing_is_zero)
        else:
            values[name] = data.get(name)
        if query["ReturnData"]:
            return values[name]
    raise AssertionError("no query returns data")


def evaluate(expression: str, values: Mapping[str, Value], *, missing_is_zero: bool = True) -> Value:
    """Answer an expression's value for one minute."""
    python = re.sub(r"\bIF\(", "IF_(", expression).replace(" AND ", " and ")
    return _Evaluation(values, missing_is_zero).of(ast.parse(python, mode="eval").body)


class _Evaluation:
    def __init__(self, values: Mapping[str, Value], missing_is_zero: bool) -> None:
        self._values, self._missing_is_zero = values, missing_is_zero

    def of(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=value):
                return float(value)  # type: ignore[arg-type]
            case ast.Name(id=name):
                return self._values[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._or_zero(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self._calculate(op, left, right)
            case ast.BoolOp(op=ast.And(), values=parts):
                return float(all(self._or_zero(part) for part in parts))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compare(left, op, right)
            case ast.Call(func=ast.Name(id="IF_"), args=[condition, then, *otherwise]):
                return self._if(condition, then, otherwise)
            case ast.Call(func=ast.Name(id="FILL"), args=[filled, filler]):
                return self._fill(filled, filler)
        raise AssertionError(f"not metric math that we use: {ast.unparse(node)}")

    def _or_zero(self, node: ast.expr) -> float:
        return self.of(node) or 0.0

    def _calculate(self, op: ast.operator, left: ast.expr, right: ast.expr) -> Value:
        one, other = self._or_zero(left), self._or_zero(right)
        if isinstance(op, ast.Div) and other == 0:
            return None
        return ARITHMETIC[type(op)](one, other)

    def _compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Value:
        one, other = self.of(left), self.of(right)
        if not self._missing_is_zero and (one is None or other is None):
            return None
        return float(COMPARISONS[type(op)](one or 0.0, other or 0.0))

    def _if(self, condition: ast.expr, then: ast.expr, otherwise: list[ast.expr]) -> Value:
        holds = self.of(condition)
        if holds is None:
            return None
        if holds:
            return self._or_zero(then)
        return self.of(otherwise[0]) if otherwise else None

    def _fill(self, filled: ast.expr, filler: ast.expr) -> Value:
        """`REPEAT` finds nothing before the only minute there is."""
        value = self.of(filled)
        if value is not None or (isinstance(filler, ast.Name) and filler.id == "REPEAT"):
            return value
        return self.of(filler)

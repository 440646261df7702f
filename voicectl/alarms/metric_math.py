"""The part of CloudWatch's metric math that our alarms use, a datapoint at a time.

A value that is missing makes the result missing, unless FILL has put something in its place first: our definitions fill
whatever may be missing, because CloudWatch takes it for 0 in some expressions and drops the datapoint in others.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Final

from voicectl.alarms.errors import ExpressionUnknown

Value = float | None
ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[float, float], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
OVER: Final[Mapping[str, Callable[[list[float]], float]]] = {"MAX": max, "MIN": min, "SUM": sum}
WORDS: Final = {"AND": " and ", "OR": " or ", "&&": " and ", "||": " or "}


def computed(expression: str, values: Mapping[str, Value]) -> Value:
    """Answer an expression's value at one moment.

    Args:
        values: Of the other queries, by id.

    Raises:
        ExpressionUnknown: It uses a function or a name that is not known here.
    """
    text = re.sub(r"\b(AND|OR)\b|&&|\|\|", lambda found: WORDS[found[0]], expression)
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, values)
    except SyntaxError:
        raise ExpressionUnknown(f"{expression!r} cannot be read as metric math") from None


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _value(operand, values)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            return _arithmetic(ARITHMETIC[type(op)], _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return _compared(COMPARISONS[type(op)], _value(left, values), _value(right, values))
        case ast.BoolOp(op=op, values=parts):
            return _together(op, [_value(part, values) for part in parts])
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _called(name, [_value(each, values) for each in arguments])
    raise ExpressionUnknown(f"{ast.unparse(node)!r} is not known here")


def _arithmetic(apply: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return apply(left, right)
    except ZeroDivisionError:
        return None  # CloudWatch has no datapoint there


def _compared(apply: Callable[[float, float], bool], left: Value, right: Value) -> Value:
    return None if left is None or right is None else float(apply(left, right))


def _together(op: ast.boolop, parts: list[Value]) -> Value:
    if None in parts:
        return None
    return float(all(parts) if isinstance(op, ast.And) else any(parts))


def _called(name: str, arguments: list[Value]) -> Value:
    match name, arguments:
        case "FILL", [value, instead]:
            return instead if value is None else value
        case "IF", [condition, then, otherwise]:
            return None if condition is None else then if condition else otherwise
        case (("MAX" | "MIN" | "SUM"), [_, *_]):
            known = [each for each in arguments if each is not None]
            return OVER[name](known) if known else None
    raise ExpressionUnknown(f"{name} with {len(arguments)} arguments is not known here")

"""Constraints between parameters: comparisons and arithmetic over the paths of settings, and nothing else.

``buyer.awareness <= 2 * buyer.self_knowledge and seller.max_questions > 4`` is one. A constraint is parsed into
Python's syntax tree and evaluated node by node; what is not in the little language below is refused while parsing, so
that no code of a study file is ever run.
"""

import ast
import operator
from collections.abc import Callable
from typing import Any

LONGEST = 500  # characters
MOST_NODES = 200

Lookup = Callable[[str], Any]
"""Gives the value of the setting at a dotted path. Raises KeyError where there is none."""

ARITHMETIC: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"abs": abs, "max": max, "min": min}
ALLOWED = "numbers, names of settings, + - * /, < <= > >= == !=, and, or, not, abs, min and max"


def parsed(text: str) -> ast.expr:
    """The syntax tree of a constraint. Raises ValueError that says what is wrong with it."""
    if len(text) > LONGEST:
        raise ValueError(f"a constraint of more than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"'{text}' cannot be read; right would be, say, buyer.awareness < 0.5") from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise ValueError("a constraint of too many parts")
    _check(tree, text)
    if not isinstance(tree, ast.Compare | ast.BoolOp) and not _is_negation(tree):
        raise ValueError(f"'{text}' is no comparison; right would be, say, buyer.awareness < 0.5")
    return tree


def holds(text: str, value_of: Lookup) -> bool:
    """Whether a constraint holds for these values.

    Raises KeyError for a setting that is not there, and ValueError where the values cannot be compared or divided.
    """
    try:
        return bool(_value(parsed(text), value_of))
    except (TypeError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"'{text}' cannot be worked out: {error}") from None


def _is_negation(tree: ast.expr) -> bool:
    return isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)


def _check(tree: ast.expr, text: str) -> None:
    """Refuse what is not in the language. Raises ValueError."""
    if isinstance(tree, ast.Name | ast.Attribute):
        _path(tree)
        return
    parts: list[ast.expr]
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float | str):
        return
    if isinstance(tree, ast.BoolOp):
        parts = tree.values
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd | ast.Not):
        parts = [tree.operand]
    elif isinstance(tree, ast.BinOp) and type(tree.op) in ARITHMETIC:
        parts = [tree.left, tree.right]
    elif isinstance(tree, ast.Compare) and all(type(each) in COMPARISONS for each in tree.ops):
        parts = [tree.left, *tree.comparators]
    elif _is_function(tree) and isinstance(tree, ast.Call) and tree.args and not tree.keywords:
        parts = tree.args
    else:
        piece = ast.get_source_segment(text.strip(), tree) or text
        raise ValueError(f"'{piece}' is not understood here; a constraint is made of {ALLOWED}")
    for part in parts:
        _check(part, text)


def _is_function(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in FUNCTIONS


def _path(tree: ast.expr) -> str:
    """The dotted path that a name is. Raises ValueError for anything else with a dot in it."""
    if isinstance(tree, ast.Name):
        return tree.id
    if isinstance(tree, ast.Attribute):
        return f"{_path(tree.value)}.{tree.attr}"
    raise ValueError(f"'{ast.unparse(tree)}' is not the name of a setting")


def _value(tree: ast.expr, value_of: Lookup) -> Any:
    if isinstance(tree, ast.Constant):
        return tree.value
    if isinstance(tree, ast.Name | ast.Attribute):
        return value_of(_path(tree))
    if isinstance(tree, ast.BoolOp):
        decisive = isinstance(tree.op, ast.Or)
        return next((decisive for part in tree.values if bool(_value(part, value_of)) is decisive), not decisive)
    if isinstance(tree, ast.UnaryOp):
        inner = _value(tree.operand, value_of)
        return not inner if isinstance(tree.op, ast.Not) else -inner if isinstance(tree.op, ast.USub) else +inner
    if isinstance(tree, ast.BinOp):
        return ARITHMETIC[type(tree.op)](_value(tree.left, value_of), _value(tree.right, value_of))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
        return FUNCTIONS[tree.func.id](*(_value(part, value_of) for part in tree.args))
    if isinstance(tree, ast.Compare):
        values = [_value(part, value_of) for part in (tree.left, *tree.comparators)]
        pairs = zip(values, tree.ops, values[1:], strict=False)
        return all(COMPARISONS[type(compare)](left, right) for left, compare, right in pairs)
    raise ValueError("a constraint that was not parsed here")

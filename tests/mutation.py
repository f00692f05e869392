"""Small wrong variants of a right answer: one operator, number, keyword or statement changed."""

import ast
import copy
from collections.abc import Iterator

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.FloorDiv,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
DROPPED = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.For, ast.While, ast.If)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yields (what was changed, changed source) for each small change of a definition."""
    tree = ast.parse(source)
    unchanged = ast.unparse(tree)
    for index, node in enumerate(ast.walk(tree)):
        for label, change in _changes(node):
            mutant = copy.deepcopy(tree)
            target = list(ast.walk(mutant))[index]
            change(target)
            text = ast.unparse(ast.fix_missing_locations(mutant))
            if text != unchanged:
                yield f"{_header(node)}: {label}", text


def _changes(node):
    """(description, function that changes such a node in place) for one node."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        new = OPERATORS[type(node.op)]
        yield f"to {new.__name__}", lambda n: setattr(n, "op", new())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        other = COMPARISONS[type(node.ops[0])]
        yield f"to {other.__name__}", lambda n: n.ops.__setitem__(0, other())
    if isinstance(node, ast.Constant):
        for value in _values(node.value):
            yield f"to {value}", lambda n, value=value: setattr(n, "value", value)
    if isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts) - 1):
            yield f"entries {i} and {i + 1} swapped", lambda n, i=i: _swap(n.elts, i)
    if isinstance(node, ast.Call):
        for i, keyword in enumerate(node.keywords):
            if not isinstance(keyword.value, ast.Constant):
                yield f"without {keyword.arg}", lambda n, i=i: n.keywords.pop(i)
    for name in ("body", "orelse"):
        statements = getattr(node, name, None)
        for i, statement in enumerate(statements if isinstance(statements, list) else []):
            if isinstance(statement, DROPPED) and not _is_docstring(statement):
                label = f"without `{_header(statement)}`"
                yield label, lambda n, name=name, i=i: getattr(n, name).__setitem__(i, ast.Pass())


def _values(value):
    if type(value) is bool:
        return [not value]
    if type(value) is int:
        return [value + 1, value - 1]
    return [value * 2] if type(value) is float else []


def _swap(entries: list, i: int) -> None:
    entries[i], entries[i + 1] = entries[i + 1], entries[i]


def _is_docstring(statement) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _header(node) -> str:
    return ast.unparse(node).strip().splitlines()[0] if not isinstance(node, ast.Module) else "all"

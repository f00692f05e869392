"""A learner runs cells again, in any order: each cell then still means what it meant."""

from __future__ import annotations

import ast

import pytest
from lessons import LESSONS, Lesson

#: Written by the learner, and read in the cell where it is written.
OWN = {"guess", "prediction"}

lesson_by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)


def names_of(source: str) -> tuple[set[str], set[str]]:
    """(names that a cell takes from others, names that it binds)."""
    taken, bound = set(), set()
    for statement in ast.parse(source).body:
        inner = _local(statement)
        nodes = list(ast.walk(statement))
        loads = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        stores = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        if isinstance(statement, ast.AugAssign):
            loads |= {n.id for n in ast.walk(statement.target) if isinstance(n, ast.Name)}
        if isinstance(statement, (ast.For, ast.With)):  # bound in its head, read in its body
            heads = (
                [statement.target]
                if isinstance(statement, ast.For)
                else [item.optional_vars for item in statement.items if item.optional_vars]
            )
            bound |= {n.id for head in heads for n in ast.walk(head) if isinstance(n, ast.Name)}
        if isinstance(statement, (ast.For, ast.With, ast.If, ast.Try, ast.While)):
            loads -= stores  # what a block binds, it mostly reads afterwards
        taken |= loads - inner - bound
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            stores = {statement.name}
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            stores = {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
        bound |= stores - inner
    return taken, bound


def _local(statement: ast.stmt) -> set[str]:
    """Names that live inside: arguments, what functions bind, what comprehensions run over."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.comprehension):
            found |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    found.add(inner.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def test_what_a_cell_takes_and_binds():
    source = (
        "import a.b\nfor x in y:\n    z = x + w\ndef f(p):\n    q = p + r\n    return q\nn += 1\n"
    )
    assert names_of(source) == ({"y", "w", "r", "n"}, {"a", "x", "z", "f", "n"})
    assert names_of("u = [v for v in s]\nt = u") == ({"s"}, {"u", "t"})


@lesson_by_lesson
def test_no_later_cell_gives_another_meaning_to_a_name_that_a_cell_takes(lesson: Lesson):
    cells = [(cell.id, *names_of(cell.source)) for cell in lesson.code]
    clashes = []
    for place, (reader, taken, bound) in enumerate(cells):
        for name in taken - OWN:
            before = [cell_id for cell_id, _, binds in cells[:place] if name in binds]
            after = [cell_id for cell_id, _, binds in cells[place + 1 :] if name in binds]
            if before and (after or name in bound):
                clashes.append((reader, name, before[-1], *after))
    assert not clashes, "(reads, name, from, bound again by): " + str(clashes)

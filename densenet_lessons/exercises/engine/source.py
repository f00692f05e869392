"""The source of a declared answer, as a learner would type it in the notebook."""

from __future__ import annotations

import ast
import dis
import inspect
import textwrap


def typed_source(answer, name: str) -> str:
    """An answer's `def` or `class`, undecorated and renamed to `name`; for a value its `repr`."""
    if not is_code(answer):
        return repr(answer)
    lines = textwrap.dedent(inspect.getsource(answer)).splitlines()
    tree = ast.parse("\n".join(lines))
    definition = tree.body[0]
    old, first = definition.name, definition.lineno - 1
    for line, column in sorted(_places(definition, lines), reverse=True):
        text = lines[line]
        lines[line] = text[:column] + name + text[column + len(old) :]
    return "\n".join(lines[first : definition.end_lineno])


def _places(definition, lines):
    """Where the definition's own name stands: in its header and wherever its body calls itself."""
    first = definition.lineno - 1
    keyword = "class " if isinstance(definition, ast.ClassDef) else "def "
    yield first, lines[first].index(keyword) + len(keyword)
    if definition.name != "_":
        for node in ast.walk(definition):
            if isinstance(node, ast.Name) and node.id == definition.name:
                yield (
                    node.lineno - 1,
                    len(lines[node.lineno - 1].encode()[: node.col_offset].decode()),
                )


def is_code(answer) -> bool:
    """A function or a class, as opposed to a plain value."""
    return inspect.isfunction(answer) or inspect.isclass(answer)


def is_stub(answer) -> bool:
    """Whether a function, or a method that a class defines, can do nothing but raise
    `NotImplementedError`: its code names that error and never returns."""
    if is_code(answer) and issubclass(type(answer), type):
        members = type.__dict__["__dict__"].__get__(answer).values()
        return any(is_stub(member) for member in members if inspect.isfunction(member))
    code = getattr(answer, "__code__", None) if inspect.isfunction(answer) else None
    return (
        code is not None
        and "NotImplementedError" in code.co_names
        and not any(opcode.startswith("RETURN_") for opcode in _opcodes(code))
    )


def _opcodes(code):
    # RETURN_GENERATOR only starts a generator.
    return [step.opname for step in dis.get_instructions(code) if step.opname != "RETURN_GENERATOR"]

"""What every comparison of `expect` is built from: a refusal, and a careful look at a value.

Answers come from learners, so nothing here trusts a value: no `repr`, `==` or `bool` of a type
that the answer may have defined is ever called.
"""

from __future__ import annotations

import math
import re

import numpy
import torch

LONGEST_TEXT = 60
MOST_ITEMS = 8


class NotAttempted(Exception):
    """The answer is still the `...` or the stub that the notebook came with."""


class Refused(Exception):
    """An answer that a comparison turns down.

    Args:
        message: what came back and what was expected, from a lower-case letter on.
        actual: the value that was refused; a declared wrong answer with the same `actual` at the
            same comparison is the same mistake.
        given: the input, in words or as a value; without it the verdict names the last call.
    """

    def __init__(self, message: str, *, actual=None, given=None) -> None:
        super().__init__(message)
        self.message = message
        self.actual = frozen(actual)
        self.given = given
        self.position = comparisons.count


class Comparisons:
    """Counts the comparisons of one check, so that two runs of it can be laid side by side."""

    def __init__(self) -> None:
        self.count = 0

    def restart(self) -> None:
        self.count = 0

    def begin(self) -> None:
        self.count += 1


comparisons = Comparisons()


def is_a(value, kind) -> bool:
    """`isinstance` that asks the real type: `__class__` may lie."""
    return issubclass(type(value), kind)


def plain(value):
    """The value without its wrapping.

    numpy scalars and tensors without dimensions become Python numbers, tuples and `torch.Size`
    become lists, and an instance of a subclass becomes one of the built-in base.
    """
    if is_a(value, torch.Tensor):
        base = value.detach().as_subclass(torch.Tensor)
        return base.item() if base.dim() == 0 else base
    if is_a(value, (numpy.bool_, numpy.integer, numpy.floating)):
        return value.item()
    if is_a(value, tuple):
        return [plain(item) for item in tuple.__iter__(value)]
    if is_a(value, list):
        return [plain(item) for item in list.__iter__(value)]
    if is_a(value, dict):
        return {plain(key): plain(item) for key, item in dict.items(value)}
    for base in (bool, int, float, str):
        if is_a(value, base):
            return value if type(value) is base else base_value(value, base)
    return value


def base_value(value, base):
    """The built-in value inside a subclass, read past any method that the subclass overrides."""
    return base.__str__(value) if base is str else base.__add__(value, base())


def frozen(value):
    """A copy that later changes of the answer's objects can't reach."""
    value = plain(value)
    if is_a(value, torch.Tensor):
        return value.clone()
    return value


def same(first, second, *, rel: float = 0.0, by_type: bool = False) -> bool:
    """Equality of plain values: True is not 1, 40.0 is 40, a tuple is its list, NaN is NaN.

    Args:
        first, second: the values.
        rel: relative tolerance where a float or a tensor is compared; two ints must be equal.
        by_type: whether two objects that can't be compared, such as modules, are the same where
            they have one type. Two mistakes then are; as a comparison with what is right it
            would be wrong.
    """
    first, second = plain(first), plain(second)
    if is_a(first, torch.Tensor) and is_a(second, torch.Tensor):
        return first.shape == second.shape and torch.allclose(
            first.cpu().double(), second.cpu().double(), rtol=rel, atol=rel / 10, equal_nan=True
        )
    if type(first) is list and type(second) is list:
        return len(first) == len(second) and all(
            same(one, other, rel=rel, by_type=by_type)
            for one, other in zip(first, second, strict=True)
        )
    if type(first) is dict and type(second) is dict:
        return first.keys() == second.keys() and all(
            same(first[key], second[key], rel=rel, by_type=by_type) for key in second
        )
    if is_number(first) and is_number(second):
        both_ints = type(first) is int and type(second) is int
        nan = first != first and second != second
        return first == second or nan or (not both_ints and near(first, second, rel))
    if type(first) is not type(second):
        return False
    if type(first) in (str, bool, bytes):
        return first == second
    return first is second or by_type


def near(first: float, second: float, rel: float) -> bool:
    """Whether two numbers differ by at most the relative distance `rel`."""
    try:
        return math.isclose(first, second, rel_tol=rel)
    except OverflowError:  # an int that no float can hold
        return False


def is_number(value) -> bool:
    """An int or a float, not a bool."""
    return type(value) in (int, float)


def brief(value) -> str:
    """A short, stable text for any value, in words where Python's own would be long."""
    value = plain(value)
    if is_a(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if value is None or type(value) is bool:
        return str(value)
    if type(value) is int:
        return str(value) if value.bit_length() < 200 else "an int of more than 60 digits"
    if type(value) is float:
        return f"{value:.6g}" if not value.is_integer() or abs(value) > 1e15 else f"{value:.1f}"
    if type(value) is str:
        return repr(shortened(value))
    if type(value) is list:
        shown = [brief(item) for item in value[:MOST_ITEMS]] + ["..."] * (len(value) > MOST_ITEMS)
        return "[" + ", ".join(shown) + "]"
    if type(value) is dict:
        shown = [f"{brief(key)}: {brief(value[key])}" for key in list(value)[:MOST_ITEMS]]
        return "{" + ", ".join(shown + ["..."] * (len(value) > MOST_ITEMS)) + "}"
    if is_a(value, type):
        return f"the class {type_name(value)}"
    if is_a(value, (type(brief), type(len))):
        return "a function"
    if is_a(value, torch.nn.Module):
        return f"a module of class {type_name(type(value))}"
    if is_a(value, (torch.dtype, torch.device)):
        return str(value)
    return f"an object of type {type_name(type(value))}"


def brief_input(value) -> str:
    """`brief`, but a tuple keeps its round brackets, as the learner would write the arguments."""
    text = brief(value)
    if is_a(value, tuple) and text.startswith("["):
        return f"({text[1:-1]}{',' if len(value) == 1 else ''})"
    return text


def type_name(kind: type) -> str:
    """The name of a class, past any metaclass."""
    return shortened(type.__dict__["__name__"].__get__(kind))


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """One line of at most `longest` characters; memory addresses, which change, are left out."""
    text = re.sub(r"\b0x[0-9a-fA-F]{6,}\b", "0x...", " ".join(text.split()))
    return text if len(text) <= longest else text[: longest - 3].rstrip() + "..."

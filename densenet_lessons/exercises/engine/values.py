"""A careful look at a value: what it is without its wrapping, whether two are equal, in words.

Answers come from learners, so nothing here trusts a value: no `repr`, `==` or `bool` of a type
that the answer may have defined is ever called, and no answer is read to its millionth entry.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy
import torch

LONGEST_TEXT = 60
MOST_ITEMS = 8
MOST_ENTRIES = 2000
MOST_NUMBERS = 10**6


@dataclass(frozen=True)
class Long:
    """Stands for a value with more entries than any answer has."""

    kind: str
    length: int


def is_a(value, kind) -> bool:
    """`isinstance` that asks the real type: `__class__` may lie."""
    return issubclass(type(value), kind)


def plain(value, left: list[int] | None = None):
    """The value without its wrapping.

    numpy scalars and tensors without dimensions become Python numbers, tuples, `torch.Size` and
    numpy arrays become lists, and an instance of a subclass becomes one of the built-in base.

    Args:
        value: anything.
        left: how many entries may still be read, in a list of one; for the inner calls.
    """
    left = [MOST_ENTRIES] if left is None else left
    if is_a(value, torch.Tensor):
        base = value.detach().as_subclass(torch.Tensor)
        return base.item() if base.dim() == 0 and not base.is_meta else base
    if is_a(value, (numpy.bool_, numpy.integer, numpy.floating)):
        return value.item()
    if is_a(value, numpy.ndarray) and value.dtype.kind in "biuf":
        return value.tolist() if value.size <= left[0] else Long("ndarray", value.size)
    for base in (tuple, list, dict):
        if is_a(value, base):
            length = base.__len__(value)
            left[0] -= length + 1
            if left[0] < 0:
                return Long(base.__name__, length)
            if base is dict:
                return {plain(k, left): plain(v, left) for k, v in dict.items(value)}
            return [plain(item, left) for item in base.__iter__(value)]
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
        large = value.numel() > MOST_NUMBERS or value.is_meta
        return tuple(value.shape) if large else value.clone()
    return value


def tidy(value):
    """A word without stray spaces and capitals; in lists too."""
    if type(value) is list:
        return [tidy(item) for item in value]
    return value.strip().casefold() if type(value) is str else value


def same(first, second, *, rel: float = 0.0, by_type: bool = False) -> bool:
    """Equality of plain values: True is not 1, 40.0 is 40, a tuple is its list, NaN is NaN.

    Args:
        first, second: the values; where the second is an int, the first must equal it.
        rel: relative tolerance for floats and tensors.
        by_type: whether two objects that can't be compared, such as modules, are the same where
            they have one type. Two mistakes then are; as a comparison with what is right it
            would be wrong.
    """
    first, second = plain(first), plain(second)
    if is_a(first, torch.Tensor) and is_a(second, torch.Tensor):
        return first.shape == second.shape and torch.allclose(
            first.cpu().double(), second.cpu().double(), rtol=rel, atol=rel / 10, equal_nan=True
        )
    if is_a(first, torch.Tensor) and type(second) is list and first.numel() <= MOST_ENTRIES:
        first = first.tolist()
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
        nan = first != first and second != second
        return first == second or nan or (type(second) is float and near(first, second, rel))
    if type(first) is not type(second):
        return False
    if type(first) in (str, bool, bytes, Long):
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


def brief(value, digits: int = 6) -> str:
    """A short, stable text for any value, in words where Python's own would be long."""
    value = plain(value)
    if is_a(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if value is None or type(value) is bool:
        return str(value)
    if type(value) is int:
        return str(value) if value.bit_length() < 200 else "an int of more than 60 digits"
    if type(value) is float:
        whole = value.is_integer() and abs(value) < 1e15
        return f"{value:.1f}" if whole else f"{value:.{digits}g}"
    if type(value) is str:
        return repr(shortened(value))
    if type(value) is list:
        shown = [brief(item, digits) for item in value[:MOST_ITEMS]]
        return "[" + ", ".join(shown + ["..."] * (len(value) > MOST_ITEMS)) + "]"
    if type(value) is dict:
        shown = [f"{brief(key)}: {brief(value[key], digits)}" for key in list(value)[:MOST_ITEMS]]
        return "{" + ", ".join(shown + ["..."] * (len(value) > MOST_ITEMS)) + "}"
    if type(value) is Long:
        return f"a {value.kind} of {value.length:,} entries"
    if is_a(value, type):
        return f"the class {type_name(value)}"
    if is_a(value, (type(brief), type(len))):
        return "a function"
    if is_a(value, torch.nn.Module):
        return f"a module of class {type_name(type(value))}"
    if is_a(value, (torch.dtype, torch.device)):
        return str(value)
    return f"an object of type {type_name(type(value))}"


def brief_pair(first, second, least: int = 6) -> tuple[str, str]:
    """Both in words, with as many digits as it takes to tell them apart."""
    for digits in (least, 6, 9, 12, 17):
        one, other = brief(first, digits), brief(second, digits)
        if one != other:
            break
    return one, other


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
    text = text if len(text) <= 4 * longest else text[: 4 * longest] + "..."
    text = re.sub(r"\b0x[0-9a-fA-F]{6,}\b", "0x...", " ".join(text.split()))
    return text if len(text) <= longest else text[: longest - 3].rstrip() + "..."

"""Whole comparisons of functions: many inputs, arguments left alone, a second call, gradients."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch

from .expect_tensors import same_gradients, same_values, unchanged
from .expect_values import close, equal, that
from .record import Refused, case
from .values import brief, brief_input, is_a, plain, same


def same_results(
    answer,
    oracle: Callable,
    cases: Iterable[tuple],
    *,
    rel: float | None = None,
    whole: bool = False,
    what: str = "result",
) -> None:
    """A function returns what the oracle returns: the whole comparison for numbers and words.

    Each case on its own, arguments left as they were, and the first case once more at the end: a
    cache, a counter or a default list shows then.

    Args:
        answer: the function handed in.
        oracle: an independent function of the same arguments.
        cases: tuples of arguments. Take sizes at which wrong roundings differ.
        rel: relative tolerance, where a float is asked for; without it numbers must be equal.
        whole: whether numbers must be of type int, as sizes of layers must.
        what: as in `equal`.
    """
    cases = list(cases)
    for number, arguments in enumerate([*cases, cases[0]]):
        what = f"{what}, asked again," if number == len(cases) else what
        with case():
            right = oracle(*copy.deepcopy(arguments))
            mine = copy.deepcopy(arguments)
            came = answer(*mine)
            if rel is None:
                equal(came, right, what=what)
            else:
                close(came, right, rel=rel, what=what)
            for one, other in zip(mine, arguments, strict=True):
                if is_a(other, (torch.Tensor, torch.nn.Module)):
                    unchanged(one, other)
                elif not same(one, other):
                    words = f"the argument {brief_input(other)} was changed to {brief(one)}."
                    raise Refused(words, actual=one)
            if whole:
                words = f"the {what} holds a float; sizes are whole numbers, of type int."
                that(not _holds_float(plain(came)), words, actual="float")


def _holds_float(value) -> bool:
    return any(map(_holds_float, value)) if type(value) is list else type(value) is float


def same_function(
    answer,
    oracle: Callable,
    *args,
    given=None,
    what: str = "result",
    gradients: bool = True,
    double: bool = True,
) -> None:
    """A function on tensors returns what the oracle returns: the whole comparison in one call.

    Values; arguments left as they were (tensors, lists, modules with their mode, `requires_grad`
    and running statistics); gradients of each tensor and each parameter handed in; float64. Call it
    at least twice, with sizes that differ: height and width odd and even, a batch of one.

    Args:
        answer: the function handed in.
        oracle: an independent function of the same arguments, which may be tensors, modules, lists
            of them, and anything else. It runs on copies.
        args: the arguments.
        given, what: as in `equal`.
        gradients: whether to compare gradients; False where nothing can be differentiated.
        double: whether to compare in float64; False where a function among `args` can't.
    """
    with case():
        mine, twin = _copied(args), _copied(args)
        want = oracle(*twin)
        got = answer(*mine)
        unchanged(mine, twin, given=given)
        same_values(got, want, given=given, what=what)
    if gradients:
        with case():
            mine, twin = _copied(args, grad=True), _copied(args, grad=True)
            want = oracle(*twin)
            got = answer(*mine)
            leaves, right = dict(_leaves(mine)), dict(_leaves(twin))
            names = list(right)
            same_gradients(
                got, want, [*leaves.values()], [*right.values()], names=names, given=given
            )
    if double:
        with case():
            mine, twin = (_copied(args, dtype=torch.float64) for _ in range(2))
            want = oracle(*twin)
            got = answer(*mine)
            same_dtype(got, want, given=given, what=what)
            same_values(got, want, given=given, what=f"{what} in float64")


def same_dtype(actual, expected: torch.Tensor, *, given=None, what: str = "result") -> None:
    """A tensor of the expected dtype."""
    if is_a(actual, torch.Tensor) and actual.dtype != expected.dtype:
        words = f"the {what} has dtype {actual.dtype}, expected {expected.dtype}."
        raise Refused(words, actual=str(actual.dtype), given=given)


def _copied(value, *, grad: bool = False, dtype=None):
    """A copy with tensors, lists and modules of its own; a function stays the one it is."""
    if is_a(value, torch.Tensor):
        floating = value.is_floating_point()
        made = value.detach().clone()
        made = made.to(dtype) if dtype and floating else made
        return made.requires_grad_(grad and floating)
    if is_a(value, torch.nn.Module):
        made = copy.deepcopy(value)
        return made.to(dtype) if dtype else made
    if type(value) in (list, tuple):
        return type(value)(_copied(item, grad=grad, dtype=dtype) for item in value)
    return value


def _leaves(value, name: str = "input"):
    """The tensors and parameters that a gradient may reach, by what to call them."""
    if is_a(value, torch.Tensor) and value.requires_grad:
        yield name, value
    elif is_a(value, torch.nn.Module):
        for key, parameter in value.named_parameters():
            yield f"parameter `{key}` of {name}", parameter
    elif type(value) in (list, tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{name} {index}" if len(value) > 1 else name)

"""Comparisons of tensors without broadcasting: shapes, values, gradients, inputs left alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np  # torch.unravel_index imports sympy, which takes a second or more
import torch

from .expect_values import present
from .record import Refused, comparison, put_back
from .values import brief, brief_pair, is_a, plain

# Loose enough for another order of summation, tight enough for any wrong formula.
TOLERANCES = {
    torch.float64: (1e-7, 1e-9),
    torch.float32: (1e-4, 1e-5),
    torch.float16: (2e-2, 2e-3),
    torch.bfloat16: (5e-2, 1e-2),
}


def noise(*shape: int, seed: int = 0, requires_grad: bool = False, dtype=None) -> torch.Tensor:
    """A normal random tensor from a generator of its own.

    Use it for every input of a check: it is the same tensor whatever random numbers the answer has
    drawn, so that declared wrong answers are recognised.
    """
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(*shape, generator=generator, dtype=dtype)
    return values.requires_grad_(requires_grad)


@comparison
def is_tensor(actual, *, given=None, what: str = "result") -> None:
    """The value is a tensor, not None, a number or a list of tensors."""
    present(actual, what, given)
    if not is_a(actual, torch.Tensor):
        raise Refused(
            f"the {what} is {brief(actual)}, expected a tensor.", actual=actual, given=given
        )


@comparison
def same_shape(actual, expected, *, given=None, what: str = "result") -> None:
    """The tensor has exactly the expected shape.

    Args:
        actual: what the answer returned.
        expected: a tensor of the right shape, or the shape.
        given, what: as in `equal`.
    """
    is_tensor(actual, given=given, what=what)
    right = tuple(expected.shape) if is_a(expected, torch.Tensor) else tuple(expected)
    wrong = tuple(plain(actual).shape) if actual.dim() else ()
    if wrong == right:
        return
    places = [i for i, sizes in enumerate(zip(wrong, right, strict=False)) if sizes[0] != sizes[1]]
    detail = f": dimension {places[0]} differs" if len(wrong) == len(right) else ""
    raise Refused(
        f"the {what} has shape {wrong}, expected {right}{detail}.", actual=actual, given=given
    )


@comparison
def same_values(
    actual, expected: torch.Tensor, *, given=None, what: str = "result", rtol=None, atol=None
) -> None:
    """A tensor of the expected shape and, up to rounding, the expected values.

    Args:
        actual: what the answer returned.
        expected: the oracle's tensor.
        given, what: as in `equal`.
        rtol, atol: tolerances; by default those of the coarser of the two dtypes. Integer and bool
            tensors must be equal.
    """
    same_shape(actual, expected, given=given, what=what)
    expected = expected.detach()
    found = actual.detach().as_subclass(torch.Tensor).to(expected.device)
    if found.dtype.is_floating_point != expected.dtype.is_floating_point:
        raise Refused(
            f"the {what} has dtype {found.dtype}, expected {expected.dtype}.",
            actual=actual,
            given=given,
        )
    defaults = [TOLERANCES.get(tensor.dtype, (0.0, 0.0)) for tensor in (found, expected)]
    rtol = max(pair[0] for pair in defaults) if rtol is None else rtol
    atol = max(pair[1] for pair in defaults) if atol is None else atol
    wrong, right = found.double(), expected.double()
    off = ~torch.isclose(wrong, right, rtol=rtol, atol=atol, equal_nan=True)
    if off.any():
        message = f"the {what} has the right shape but {_difference(wrong, right, off)}."
        raise Refused(message, actual=actual, given=given)


def _difference(wrong: torch.Tensor, right: torch.Tensor, off: torch.Tensor) -> str:
    """Where values are wrong, and the largest difference, in words."""
    gap = torch.where(off, (wrong - right).abs().nan_to_num(float("inf")), -1.0)
    place = [int(i) for i in np.unravel_index(gap.argmax().item(), gap.shape)]
    index = "[" + ", ".join(map(str, place)) + "]"
    came, due = float(wrong[tuple(place)]), float(right[tuple(place)])
    share = f"{int(off.sum())} of {off.numel()} values differ"
    came, due = brief_pair(came, due, 3)
    return f"{share}, most at {index}: {came}, expected {due}"


@comparison
def unchanged(now, before, *, given=None, what: str = "input") -> None:
    """The answer has left what it was handed as it was.

    Tensors, lists of them (their length too) and modules: weights, running statistics, mode and
    `requires_grad`.

    Args:
        now: what the answer was given.
        before: a copy made before the call; for a module, the twin that the oracle has used.
        given, what: as in `equal`.
    """
    if is_a(before, torch.nn.Module):
        _module_unchanged(now, before, given)
    elif is_a(before, torch.Tensor):
        kept = now.shape == before.shape and now.dtype == before.dtype
        if not kept or not torch.equal(now.detach(), before.detach()):
            raise Refused(f"the {what} was changed in place.", actual=now, given=given)
    elif is_a(before, (list, tuple)):
        if len(now) != len(before):
            words = f"the {what} list was changed: {len(before)} entries before, {len(now)} after."
            raise Refused(words, actual=len(now), given=given)
        for after, original in zip(now, before, strict=True):
            unchanged(after, original, given=given, what=what)
    elif callable(before) and now is not before:
        raise Refused(f"the {what} list was changed: its order or its entries.", given=given)


def _module_unchanged(now, before, given) -> None:
    """The module handed in is in the state in which the oracle has left its twin."""
    for (name, one), (_, other) in zip(now.named_modules(), before.named_modules(), strict=False):
        if one.training != other.training:
            part = f"`{name}` of the module" if name else "the module"
            words = f"{part} was left in {'training' if one.training else 'eval'} mode."
            raise Refused(words, actual=one.training, given=given)
    left, right = now.state_dict(keep_vars=True), before.state_dict(keep_vars=True)
    if left.keys() != right.keys():
        names = ", ".join(f"`{name}`" for name in sorted(left.keys() ^ right.keys())[:3])
        raise Refused(f"parts of the module were exchanged: {names}.", actual=names, given=given)
    for name, tensor in right.items():
        if left[name].dtype != tensor.dtype:
            words = f"the handed-in module's `{name}` was turned into {left[name].dtype}."
            raise Refused(words, actual=name, given=given)
        same_values(left[name], tensor, given=given, what=f"handed-in module's `{name}`")
        if left[name].requires_grad != tensor.requires_grad:
            words = (
                f"`{name}` of the module was left with `requires_grad={not tensor.requires_grad}`."
            )
            raise Refused(words, actual=name, given=given)


@comparison
def same_gradients(
    got_output,
    want_output: torch.Tensor,
    got_inputs,
    want_inputs,
    *,
    names: Sequence[str] | None = None,
    given=None,
) -> None:
    """Backpropagation from two equal outputs reaches their inputs with equal gradients.

    Both outputs are sent one random cotangent: a gradient scaled, cut or rerouted shows.

    Args:
        got_output, got_inputs: the answer's output, and the input or inputs whose gradient counts.
        want_output, want_inputs: the oracle's, in the same order.
        names: what the inputs are called in the message.
        given: as in `equal`.
    """
    same_shape(got_output, want_output, given=given, what="output")
    got_inputs, want_inputs = (
        [x] if is_a(x, torch.Tensor) else list(x) for x in (got_inputs, want_inputs)
    )
    # Summed here: given a tensor, `grad` imports sympy first, which takes a second or more.
    cotangent = noise(*want_output.shape, seed=91)
    want = torch.autograd.grad(
        (want_output * cotangent.to(want_output)).sum(),
        want_inputs,
        allow_unused=True,
        retain_graph=True,
    )
    if not got_output.requires_grad:
        message = "no gradient flows back from the output: it is cut off from what it is made of."
        raise Refused(message, actual="no gradient", given=given)
    try:
        got = torch.autograd.grad(
            (got_output * cotangent.to(got_output)).sum(),
            got_inputs,
            allow_unused=True,
            retain_graph=True,
        )
    except RuntimeError as error:
        if "inplace operation" not in str(error):
            raise
        raise Refused(
            "the backward pass fails: a tensor that it needs was changed in place.",
            actual="changed in place",
            given=given,
        ) from None
    put_back()  # a hook of the answer's may have run
    names = names or (["input"] if len(want) == 1 else [f"input {i}" for i in range(len(want))])
    for name, mine, right, source in zip(names, got, want, want_inputs, strict=True):
        mine = torch.zeros_like(source) if mine is None else mine
        right = torch.zeros_like(source) if right is None else right
        same_values(mine, right, given=given, what=f"gradient of the {name}")

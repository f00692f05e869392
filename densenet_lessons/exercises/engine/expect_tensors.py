"""Comparisons of tensors without broadcasting: shapes, values, gradients, inputs left alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np  # torch.unravel_index imports sympy, which takes a second or more
import torch

from .expect_values import present
from .refusal import Refused, brief, comparisons, is_a, plain

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


def is_tensor(actual, *, given=None, what: str = "result") -> None:
    """The value is a tensor, not None, a number or a list of tensors."""
    comparisons.begin()
    present(actual, what, given)
    if not is_a(actual, torch.Tensor):
        raise Refused(
            f"the {what} is {brief(actual)}, expected a tensor.", actual=actual, given=given
        )


def same_shape(actual, expected, *, given=None, what: str = "result") -> None:
    """The tensor has exactly the expected shape.

    Args:
        actual: what the answer returned.
        expected: a tensor of the right shape, or the shape.
        given, what: as in `equal`.
    """
    is_tensor(actual, given=given, what=what)
    comparisons.begin()
    right = tuple(expected.shape) if is_a(expected, torch.Tensor) else tuple(expected)
    wrong = tuple(plain(actual).shape) if actual.dim() else ()
    if wrong == right:
        return
    places = [i for i, sizes in enumerate(zip(wrong, right, strict=False)) if sizes[0] != sizes[1]]
    detail = f": dimension {places[0]} differs" if len(wrong) == len(right) else ""
    raise Refused(
        f"the {what} has shape {wrong}, expected {right}{detail}.", actual=actual, given=given
    )


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
    comparisons.begin()
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
    return f"{share}, most at {index}: {came:.3g}, expected {due:.3g}"


def unchanged(tensor, copy, *, given=None, what: str = "input") -> None:
    """The answer has left its input as it was.

    Args:
        tensor: the tensor, or list of tensors, that the answer was given.
        copy: a clone made before the call.
        given, what: as in `equal`.
    """
    comparisons.begin()
    now, before = ([x] if is_a(x, torch.Tensor) else list(x) for x in (tensor, copy))
    if len(now) != len(before):
        raise Refused(
            f"the {what} list was changed: {len(before)} tensors before, {len(now)} after.",
            actual=now,
            given=given,
        )
    for after, original in zip(now, before, strict=True):
        if after.shape != original.shape or not torch.equal(after.detach(), original.detach()):
            raise Refused(f"the {what} was changed in place.", actual=after, given=given)


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
    comparisons.begin()
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
        raise Refused(
            "no gradient flows back from the output (`detach`, `no_grad` or `.data`?).",
            actual="no gradient",
            given=given,
        )
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
    names = (
        names or ["input"] if len(want) == 1 else names or [f"input {i}" for i in range(len(want))]
    )
    for name, mine, right, source in zip(names, got, want, want_inputs, strict=True):
        mine = torch.zeros_like(source) if mine is None else mine
        right = torch.zeros_like(source) if right is None else right
        same_values(mine, right, given=given, what=f"gradient of the {name}")

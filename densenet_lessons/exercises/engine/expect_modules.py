"""Comparisons of modules, whose weights are copied first; `same_module` is all of them in one."""

from __future__ import annotations

import math
from collections import Counter

import torch
from torch import nn

from .expect_tensors import noise, same_gradients, same_values, unchanged
from .expect_values import present
from .refusal import Refused, brief, comparisons, is_a


def is_module(actual, *, given=None, what: str = "result") -> None:
    """The value is an `nn.Module`."""
    comparisons.begin()
    present(actual, what, given)
    if not is_a(actual, nn.Module):
        raise Refused(
            f"the {what} is {brief(actual)}, expected an nn.Module.", actual=actual, given=given
        )


def same_parameters(module, reference: nn.Module, *, given=None) -> None:
    """The module has parameters of exactly the reference's shapes; their names and order are free.

    The message names what is missing and what is too many, a bias for example.
    """
    is_module(module, given=given, what="module")
    comparisons.begin()
    mine, right = _shapes(module), _shapes(reference)
    if Counter(mine.values()) == Counter(right.values()):
        return
    extra, missing = _surplus(mine, right), _surplus(right, mine)
    parts = []
    if extra:
        parts.append(f"too many: {_listed(extra)}")
    if missing:
        parts.append(f"missing: {_listed(missing)}")
    if missing and any(_holds_modules(value) for value in vars(module).values()):
        parts.append("modules in a plain list are not registered, use nn.ModuleList")
    raise Refused(
        f"the module's parameters are not the expected ones; {'; '.join(parts)}.",
        actual=sorted(mine.values()),
        given=given,
    )


def randomise(module: nn.Module, seed: int = 0) -> nn.Module:
    """Fills parameters and buffers with seeded random values, and returns the module.

    BN's weight, bias, running mean and variance are included: with their usual ones and zeros, a
    missing norm can go unseen.
    """
    with torch.no_grad():
        tensors = [*module.named_parameters(), *module.named_buffers()]
        for index, (name, tensor) in enumerate(tensors):
            if not tensor.is_floating_point():
                continue
            values = noise(*tensor.shape, seed=1000 * seed + index)
            if name.endswith("running_var") or (name.endswith("weight") and tensor.dim() == 1):
                values = 0.5 + values.abs()
            elif tensor.dim() > 1:
                values = values / math.sqrt(tensor[0].numel())
            tensor.copy_(values)
    return module


def transplant(source: nn.Module, target: nn.Module) -> None:
    """Copies every parameter and buffer of `source` into `target`, usually from the randomised
    reference into the answer, so that both must compute the same.

    Tensors are paired by the last part of their name and their shape, then by shape, in order of
    registration. Call `same_parameters` first, and choose sizes by which each norm and convolution
    has a shape of its own (c_in != k, c_in != bn_size * k).
    """
    comparisons.begin()
    for listing in (nn.Module.named_parameters, nn.Module.named_buffers):
        waiting, left = dict(listing(target)), dict(listing(source))
        _copy(left, waiting, lambda name, other: _last(name) == _last(other))
        _copy(left, waiting, lambda name, other: True)
        # Counters such as num_batches_tracked don't enter the values.
        left = {name: tuple(t.shape) for name, t in left.items() if t.is_floating_point()}
        if left:
            raise Refused(f"the module has no place for {_listed(left)}.", actual=[*left.values()])


def _copy(left: dict, waiting: dict, related) -> None:
    """Copies each tensor of `left` into the first of `waiting` that fits, and strikes out both."""
    for name, tensor in list(left.items()):
        for other in waiting:
            if waiting[other].shape == tensor.shape and related(name, other):
                with torch.no_grad():
                    waiting.pop(other).copy_(left.pop(name))
                break


def same_module(
    module,
    reference: nn.Module,
    inputs,
    *,
    modes: tuple[str, ...] = ("eval", "train"),
    gradients: bool = True,
    given=None,
) -> None:
    """The module computes what the reference computes: the whole comparison in one call.

    Parameters of the same shapes; then, with randomised and copied weights, in each mode: the same
    output, inputs left as they were, the same gradients with regard to the inputs.

    Args:
        module: what the answer built.
        reference: an independent module of the right kind; its weights are overwritten.
        inputs: the input, a tensor, or a list of tensors that goes to the module as one argument.
        modes: which of "eval" and "train" to compare; leave out "train" where dropout acts.
        gradients: whether to compare gradients too.
        given: as in `equal`.
    """
    same_parameters(module, reference, given=given)
    transplant(randomise(reference), module)
    for mode in modes:
        for net in (module, reference):
            net.train(mode == "train")
        label = f"output in {mode} mode" if len(modes) > 1 else "output"
        mine, right = _copies(inputs), _copies(inputs)
        with torch.no_grad():
            got = module(mine)
            want = reference(right)
        same_values(got, want, given=given, what=label)
        unchanged(mine, inputs, given=given)
        if gradients:
            mine, right = _copies(inputs, grad=True), _copies(inputs, grad=True)
            # A copy in between: an in-place step on the input itself has been judged above.
            got, want = module(_through(mine)), reference(_through(right))
            same_gradients(got, want, mine, right, given=given)


def _copies(inputs, *, grad: bool = False):
    if is_a(inputs, torch.Tensor):
        return inputs.detach().clone().requires_grad_(grad)
    return [_copies(tensor, grad=grad) for tensor in inputs]


def _through(inputs):
    return inputs.clone() if is_a(inputs, torch.Tensor) else [tensor.clone() for tensor in inputs]


def _shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in nn.Module.named_parameters(module)}


def _surplus(some: dict, others: dict) -> dict:
    """The named shapes of `some` that `others` lacks; of several with one shape, the last."""
    count = Counter(some.values()) - Counter(others.values())
    found = {}
    for name, shape in reversed(some.items()):
        if count[shape] > 0:
            count[shape] -= 1
            found[name] = shape
    return dict(reversed(found.items()))


def _listed(shapes: dict, most: int = 3) -> str:
    shown = [f"`{name}` {shape}" for name, shape in list(shapes.items())[:most]]
    rest = len(shapes) - most
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _holds_modules(value) -> bool:
    return type(value) in (list, tuple) and any(is_a(item, nn.Module) for item in value)


def _last(name: str) -> str:
    return name.rpartition(".")[2]

"""Comparisons of modules, whose weights are copied first; `same_module` is all of them in one."""

from __future__ import annotations

import math
from collections import Counter

import torch
from torch import Tensor, nn

from .expect_functions import same_dtype
from .expect_tensors import noise, same_gradients, same_values, unchanged
from .expect_values import present
from .record import Refused, comparison, put_back
from .values import brief, is_a


@comparison
def is_module(actual, *, given=None, what: str = "result") -> None:
    """The value is an `nn.Module`."""
    present(actual, what, given)
    if not is_a(actual, nn.Module):
        raise Refused(
            f"the {what} is {brief(actual)}, expected an nn.Module.", actual=actual, given=given
        )


@comparison
def same_parameters(module, reference: nn.Module, *, inputs=None, given=None) -> None:
    """The module has the reference's parameters; their names and order are free, and so is the
    layout of a linear map: `nn.Linear(7, 5)`, `nn.Conv2d(7, 5, 1)`, `nn.Parameter` of (7, 5).

    All of them learn. The message names what is missing and what is too many, a bias for example.

    Args:
        module: what the answer built.
        reference: an independent module of the right kind.
        inputs: an input on which lazy modules find their sizes.
        given: as in `equal`.
    """
    is_module(module, given=given, what="module")
    if inputs is not None and any(map(nn.parameter.is_lazy, module.parameters())):
        with torch.no_grad():
            module(_copies(inputs))
    mine, right = _shapes(module), _shapes(reference)
    if Counter(map(_entries, mine.values())) == Counter(map(_entries, right.values())):
        for name, parameter in nn.Module.named_parameters(module):
            if not parameter.requires_grad:
                words = f"`{name}` would not learn: its `requires_grad` is False."
                raise Refused(words, actual=tuple(parameter.shape), given=given)
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


@comparison
def transplant(source: nn.Module, target: nn.Module) -> list[tuple[str, Tensor, Tensor]]:
    """Copies every parameter and buffer of `source` into `target`, usually from the randomised
    reference into the answer, so that both must compute the same.

    Tensors are paired by the last part of their name and their shape, then by shape, then as
    another layout of the same linear map, each in order of registration. Call `same_parameters`
    first, and choose sizes by which each norm and convolution has a shape of its own (c_in != k,
    c_in != bn_size * k).

    Returns:
        For each pair its name in `target`, the tensor there and the one in `source`.
    """
    pairs = []
    for listing in (nn.Module.named_parameters, nn.Module.named_buffers):
        found, left = _paired(dict(listing(source)), dict(listing(target)))
        pairs += found
        # Counters such as num_batches_tracked don't enter the values.
        left = {name: tuple(t.shape) for name, t in left.items() if t.is_floating_point()}
        if left:
            raise Refused(f"the module has no place for {_listed(left)}.", actual=[*left.values()])
    _copy(pairs)
    return pairs


def _copy(pairs) -> None:
    with torch.no_grad():
        for _, mine, right in pairs:
            mine.copy_(_laid_out(right, mine))


def _paired(left: dict, waiting: dict) -> tuple[list[tuple], dict]:
    """(name, tensor, its fellow of `left`) for each of `waiting` that has one; what is left."""
    fits = (
        lambda a, b: _last(a) == _last(b) and left[a].shape == waiting[b].shape,
        lambda a, b: left[a].shape == waiting[b].shape,
        lambda a, b: _squeezed(left[a]).shape == _squeezed(waiting[b]).shape,
        lambda a, b: _squeezed(left[a]).shape[::-1] == _squeezed(waiting[b]).shape,
    )
    pairs = []
    for fit in fits:
        for name in list(left):
            other = next((other for other in waiting if fit(name, other)), None)
            if other is not None:
                pairs.append((other, waiting.pop(other), left.pop(name)))
    return pairs, left


@comparison
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

    Parameters as in `same_parameters`; then, with randomised and copied weights, in each mode: the
    same output, inputs left as they were, the same gradients of the inputs and of each parameter,
    and afterwards the same running statistics and the mode that was set. In eval mode also on
    other values, on a batch of one, on odd and even sides, and in float64.

    Call it at least twice, with a module built for other sizes: only then is a mistake recognised.

    Args:
        module: what the answer built.
        reference: an independent module of the right kind; its weights are overwritten.
        inputs: the input, a tensor, or a list of tensors that goes to the module as one argument.
        modes: which of "eval" and "train" to compare; leave out "train" where dropout acts.
        gradients: whether to compare gradients too.
        given: as in `equal`.
    """
    same_parameters(module, reference, inputs=inputs, given=given)
    parts = [part for part in module.modules() if list(part.buffers(recurse=False))]
    if not all(part.training for part in [module, *parts]):
        raise Refused("the module is in eval mode from the start.", actual="eval", given=given)
    pairs = transplant(randomise(reference), module)
    for mode in modes:
        for net in (module, reference):
            net.train(mode == "train")
        for number, x in enumerate([inputs, *(_varied(inputs) if mode == "eval" else [])]):
            label = f"output in {mode} mode" + (f" on {brief(x)}" if number else "")
            _same_pass(module, reference, x, pairs, label, mode, given)
        if gradients:
            mine, right = _copies(inputs, grad=True), _copies(inputs, grad=True)
            want = reference(_through(right))
            # A copy in between: an in-place step on the input itself has been judged above.
            got = module(_through(mine))
            put_back()
            names = [f"parameter `{name}`" for name, one, _ in pairs if one.requires_grad]
            leaves = [[pair[side] for pair in pairs if pair[1].requires_grad] for side in (1, 2)]
            _same_gradients(got, want, (mine, right), leaves, names, given)
    if "eval" in modes:
        # Once more: running statistics agree only up to float32 by now.
        _copy(pairs)
        x = _copies(inputs, dtype=torch.float64)
        with torch.no_grad():
            want, got = (net.eval().double()(_copies(x)) for net in (reference, module))
        for net in (reference, module):
            net.float()
        same_dtype(got, want, given=given, what="output")
        same_values(got, want, given=given, what="output in float64")


def _same_pass(module, reference, x, pairs, label: str, mode: str, given) -> None:
    """One pass without gradients, and what it leaves behind."""
    mine, right = _copies(x), _copies(x)
    with torch.no_grad():
        want = reference(right)
        got = module(mine)
    unchanged(mine, x, given=given)
    same_values(got, want, given=given, what=label)
    for name, one, other in pairs:
        what = f"`{name}` after a pass in {mode} mode"
        same_values(one, _laid_out(other, one), given=given, what=what)
    if any(part.training != (mode == "train") for part in module.modules()):
        raise Refused(f"`forward` leaves {mode} mode.", actual=mode, given=given)


def _same_gradients(got, want, inputs, leaves, names, given) -> None:
    """Of the inputs first, then of each parameter, whatever its layout."""
    same_gradients(got, want, *inputs, given=given)
    if not names:
        return
    cotangent = noise(*want.shape, seed=92).to(want)
    grads = [
        torch.autograd.grad((out * cotangent).sum(), own, allow_unused=True)
        for out, own in zip((got, want), leaves, strict=True)
    ]
    put_back()
    for name, mine, right, own in zip(names, *grads, leaves[0], strict=True):
        mine = torch.zeros_like(own) if mine is None else mine
        same_values(mine, _laid_out(right, own), given=given, what=f"gradient of the {name}")


def _squeezed(tensor: Tensor) -> Tensor:
    return tensor.detach().squeeze()


def _laid_out(tensor: Tensor, like: Tensor) -> Tensor:
    """A weight in the layout of another one that stands for the same linear map."""
    if tensor.shape == like.shape:
        return tensor.detach()
    squeezed = _squeezed(tensor)
    turned = squeezed if squeezed.shape == _squeezed(like).shape else squeezed.t()
    return turned.reshape(like.shape)


def _varied(inputs) -> list:
    """Other values, a batch of one, and sides that are odd where they were even."""
    tensors = [inputs] if is_a(inputs, Tensor) else list(inputs)
    made = []
    for batch, more in ((None, (0, 0)), (1, (1, 1)), (2, (1, 0))):
        shapes = [[batch or tensor.shape[0], *tensor.shape[1:]] for tensor in tensors]
        for shape in shapes:
            if len(shape) == 4:
                shape[2:] = [side + step for side, step in zip(shape[2:], more, strict=True)]
        x = [noise(*shape, seed=30 + index) for index, shape in enumerate(shapes)]
        made.append(x[0] if is_a(inputs, Tensor) else x)
    return made


def _copies(inputs, *, grad: bool = False, dtype=None):
    if is_a(inputs, Tensor):
        return inputs.detach().clone().to(dtype or inputs.dtype).requires_grad_(grad)
    return [_copies(tensor, grad=grad, dtype=dtype) for tensor in inputs]


def _through(inputs):
    return inputs.clone() if is_a(inputs, Tensor) else [tensor.clone() for tensor in inputs]


def _entries(shape: tuple[int, ...]) -> tuple[int, ...]:
    """What is the same in each layout of one linear map."""
    return tuple(sorted(size for size in shape if size > 1))


def _shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in nn.Module.named_parameters(module)}


def _surplus(some: dict, others: dict) -> dict:
    """The named shapes of `some` that `others` lacks; of several with one shape, the last."""
    count = Counter(map(_entries, some.values())) - Counter(map(_entries, others.values()))
    found = {}
    for name, shape in reversed(some.items()):
        if count[_entries(shape)] > 0:
            count[_entries(shape)] -= 1
            found[name] = shape
    return dict(reversed(found.items()))


def _listed(shapes: dict, most: int = 2) -> str:
    shown = [f"`{name}` {shape}" for name, shape in list(shapes.items())[:most]]
    rest = len(shapes) - most
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _holds_modules(value) -> bool:
    return type(value) in (list, tuple) and any(is_a(item, nn.Module) for item in value)


def _last(name: str) -> str:
    return name.rpartition(".")[2]

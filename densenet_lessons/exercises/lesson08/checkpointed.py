"""Exercise 8.3: Recompute instead of keep."""

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise
from densenet_lessons.exercises.lesson08._alive import alive_bytes


def _parts(seed):
    torch.manual_seed(seed)
    norm = expect.randomise(nn.BatchNorm2d(24), seed)
    return norm.train(), nn.Conv2d(24, 8, 1, bias=False)


def _sources(seed, sizes, grad):
    return [expect.noise(*size, seed=seed + i, requires_grad=grad) for i, size in enumerate(sizes)]


def _plain(norm, conv, sources):
    return conv(F.relu(norm(torch.cat(sources, 1))))


@exercise(
    "8.3",
    "Recompute instead of keep",
    minutes=8,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Write the line without checkpoint first. Then move it into an inner function.",
        ),
        (
            "Autograd still keeps the concatenation",
            "Only what happens inside the inner function is forgotten. Where do you concatenate?",
        ),
        (
            "How do I hand over a list?",
            "Arguments after the function go on to it: give the tensors one by one, with *.",
        ),
    ),
)
def checkpointed(answer):
    # The last two as in a first layer, or above frozen ones: only norm and convolution learn.
    for seed, batch, side, grad in [
        (0, 2, 16, True),
        (5, 3, 13, True),
        (7, 2, 9, False),
        (8, 3, 12, False),
    ]:
        sizes = [(batch, width, side, side - 1) for width in (12, 7, 5)]
        with expect.case():
            _one_case(answer, seed, sizes, grad)


def _one_case(answer, seed, sizes, grad):
    norm, conv = _parts(seed)
    inputs = _sources(seed, sizes, grad)
    given = f"sources of {', '.join(map(str, sizes))}"
    given += "" if grad else ", which need no gradient"
    before = [source.detach().clone() for source in inputs]
    want = _plain(norm, conv, inputs)
    got = answer(norm, conv, inputs)
    expect.same_values(got, want, given=given)
    expect.unchanged(inputs, before, given=given)
    kept = alive_bytes(answer, norm, conv, inputs)
    expect.that(
        kept < sum(source.nbytes for source in inputs) / 2,
        f"{kept:,} bytes wait for the backward pass beside the sources; give them up, and make "
        "them again.",
        actual=kept,
        given=given,
    )
    wanted = [*inputs, *norm.parameters(), *conv.parameters()]
    for mine, right in zip(_gradients(got, wanted), _gradients(want, wanted), strict=True):
        expect.same_values(mine, right, given=given, what="gradient")


def _gradients(output, wanted):
    for tensor in wanted:
        tensor.grad = None
    weights = expect.noise(*output.shape, seed=9)
    (output * weights).sum().backward()
    return [torch.zeros_like(t) if t.grad is None else t.grad for t in wanted]


@checkpointed.solves(because="Inside the inner function nothing is kept; its inputs are.")
def _(norm, conv, sources):
    def run(*sources):
        return conv(F.relu(norm(torch.cat(sources, dim=1))))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@checkpointed.accepts
def with_a_list(norm, conv, sources):
    def run(listed):
        return conv(norm(torch.cat(listed, 1)).relu())

    return torch.utils.checkpoint.checkpoint(run, sources, use_reentrant=False)


@checkpointed.rejects(
    says="With `use_reentrant=True` norm and convolution get no gradient where no source needs one."
)
def older_way(norm, conv, sources):
    def run(*sources):
        return conv(F.relu(norm(torch.cat(sources, 1))))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=True)


@checkpointed.rejects(says="Nothing is recomputed here: autograd keeps concatenation and copy.")
def keeps_all(norm, conv, sources):
    return conv(F.relu(norm(torch.cat(sources, 1))))


@checkpointed.rejects(says="A tensor as wide as all sources stays: all four steps belong inside.")
def concatenates_outside(norm, conv, sources):
    x = torch.cat(sources, 1)
    return torch.utils.checkpoint.checkpoint(
        lambda x: conv(F.relu(norm(x))), x, use_reentrant=False
    )


@checkpointed.rejects(says="Without gradients there is nothing to keep, and nothing to learn from.")
def without_gradients(norm, conv, sources):
    with torch.no_grad():
        return conv(F.relu(norm(torch.cat(sources, 1)))).requires_grad_()


@checkpointed.rejects(says="The ReLU between norm and convolution is missing.")
def without_relu(norm, conv, sources):
    def run(*sources):
        return conv(norm(torch.cat(sources, 1)))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)

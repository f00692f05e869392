"""Exercise 8.4: Find the bug: counted twice."""

import copy

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise
from densenet_lessons.exercises.lesson08._alive import alive_bytes


def _plain(norm, conv, sources):
    return conv(F.relu(norm(torch.cat(sources, 1))))


def _step(function, norm, conv, sources):
    """Output and gradients of one training step; the norm's buffers move."""
    for parameter in (*norm.parameters(), *conv.parameters()):
        parameter.grad = None
    inputs = _requiring(sources)
    output = function(norm, conv, inputs)
    if not isinstance(output, torch.Tensor) or not output.requires_grad:
        return output, None
    (output * expect.noise(*output.shape, seed=9)).sum().backward()
    return output.detach(), [t.grad for t in (*inputs, *norm.parameters(), *conv.parameters())]


@exercise(
    "8.4",
    "Find the bug: counted twice",
    kind="bug",
    minutes=10,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Put a print into `run` and call backward. How often does it speak, and when?",
        ),
        (
            "How do I know which time it is?",
            "The function makes a new `run` at each call. A variable of its own can remember "
            "that `run` has been there; inside it needs `nonlocal`.",
        ),
        (
            "What do I do the second time?",
            "`F.batch_norm` with the norm's tensors, training=True and momentum 0 normalises by "
            "the batch and leaves the running statistics as they are. Mind eps.",
        ),
    ),
)
def counted_once(answer):
    torch.manual_seed(0)
    norm = expect.randomise(nn.BatchNorm2d(11, eps=1e-2, momentum=0.3)).train()
    conv = nn.Conv2d(11, 8, 1, bias=False)
    right = copy.deepcopy(norm), copy.deepcopy(conv)
    for step, side in ((1, 20), (2, 17)):
        sources = [expect.noise(3, width, side, 19, seed=step + width) for width in (6, 5)]
        given = f"step {step}, with sources {side} pixels high"
        want, gradients = _step(_plain, *right, sources)
        with expect.case():
            got, mine = _step(answer, norm, conv, sources)
            expect.same_values(got, want, given=given)
            expect.that(mine is not None, "no gradient comes back from the result.", given=given)
            for one, other in zip(mine, gradients, strict=True):
                one = torch.zeros_like(other) if one is None else one
                expect.same_values(one, other, given=given, what="gradient")
            for name in ("num_batches_tracked", "running_mean", "running_var"):
                now, due = getattr(norm, name), getattr(right[0], name)
                expect.same_values(now, due, given=given, what=f"norm's {name}")
            expect.that(norm.training, "the norm is no longer in training mode.", given=given)
            kept = alive_bytes(answer, copy.deepcopy(norm), conv, _requiring(sources))
            expect.that(
                kept < sum(source.nbytes for source in sources) / 2,
                f"{kept:,} bytes wait for the backward pass beside the sources; recompute them "
                "as before.",
                actual=kept,
                given=given,
            )


def _requiring(sources):
    return [source.clone().requires_grad_() for source in sources]


@counted_once.solves(because="With momentum 0 the second run writes nothing down.")
def _(norm, conv, sources):
    ran = False

    def run(*sources):
        nonlocal ran
        x = torch.cat(sources, dim=1)
        if ran:
            x = F.batch_norm(
                x, norm.running_mean, norm.running_var, norm.weight, norm.bias,
                training=True, momentum=0.0, eps=norm.eps,
            )  # fmt: skip
        else:
            x = norm(x)
        ran = True
        return conv(F.relu(x))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@counted_once.accepts
def first_by_the_norm_alone(norm, conv, sources):
    with torch.no_grad():
        norm(torch.cat(sources, 1))

    def run(*sources):
        x = torch.cat(sources, 1)
        x = F.batch_norm(x, None, None, norm.weight, norm.bias, training=True, eps=norm.eps)
        return conv(F.relu(x))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@counted_once.accepts
def momentum_for_once(norm, conv, sources):
    calls = []

    def run(*sources):
        momentum = norm.momentum
        if calls:
            norm.momentum = 0.0
            norm.num_batches_tracked -= 1
        calls.append(1)
        x = norm(torch.cat(sources, 1))
        norm.momentum = momentum
        return conv(F.relu(x))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@counted_once.rejects(says="The bug is still there: each step counts its batch twice.")
def unmended(norm, conv, sources):
    def run(*sources):
        return conv(F.relu(norm(torch.cat(sources, dim=1))))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@counted_once.rejects(says="Now the batch isn't counted at all: the first run must update once.")
def never_counted(norm, conv, sources):
    def run(*sources):
        x = torch.cat(sources, 1)
        x = F.batch_norm(x, None, None, norm.weight, norm.bias, training=True, eps=norm.eps)
        return conv(F.relu(x))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@counted_once.rejects(says="Counted once, but nothing is recomputed any more: all of it is kept.")
def not_recomputed(norm, conv, sources):
    return conv(F.relu(norm(torch.cat(sources, dim=1))))


@counted_once.rejects(says="In eval mode the norm uses its running statistics, not the batch's.")
def in_eval_mode(norm, conv, sources):
    def run(*sources):
        x = torch.cat(sources, 1)
        x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
        return conv(F.relu(x))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)


@counted_once.rejects(says="The norm has its own eps; F.batch_norm takes another one unless told.")
def default_eps(norm, conv, sources):
    calls = []

    def run(*sources):
        x = torch.cat(sources, 1)
        momentum = 0.0 if calls else norm.momentum
        norm.num_batches_tracked += not calls
        buffers = norm.running_mean, norm.running_var
        x = F.batch_norm(x, *buffers, norm.weight, norm.bias, training=True, momentum=momentum)
        calls.append(1)
        return conv(F.relu(x))

    return torch.utils.checkpoint.checkpoint(run, *sources, use_reentrant=False)

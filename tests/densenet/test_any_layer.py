"""Random layers, changed at random: the flag gives what the plain layer gives, hook by hook.

Reports of others: gpleiss/efficient_densenet_pytorch #10 (another activation), #73, and
pytorch/pytorch #62471, #96136 (statistics updated twice), #81296 (hooks called twice).
"""

from __future__ import annotations

import re
import warnings

import pytest
import torch
from densenet.changes import ACTIVATIONS, CONVOLUTIONS, HOOKS, NORMS, assert_same
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from densenet_lessons.densenet import DenseBlock

PARTS = ["norm1", "relu1", "conv1", "norm2", "relu2", "conv2"]
MODES = ["train", "eval", "norms in eval"]


@st.composite
def changed_blocks(draw):
    """Everything that decides a block, its changes and its input."""
    return {
        "widths": draw(st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 3))),
        "bn_size": draw(st.sampled_from([None, 1, 2])),
        "drop_rate": draw(st.sampled_from([0.0, 0.4])),
        "norm": draw(st.sampled_from(NORMS)),
        "activation": draw(st.sampled_from(ACTIVATIONS)),
        "convolution": draw(st.sampled_from(CONVOLUTIONS)),
        "hooks": draw(
            st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(list(HOOKS))), max_size=3)
        ),
        "mode": draw(st.sampled_from(MODES)),
        "frozen": draw(st.sets(st.sampled_from(PARTS))),
        "input_needs_gradient": draw(st.booleans()),
        "channels_last": draw(st.booleans()),
        "dtype": draw(st.sampled_from([torch.float64, torch.float32, torch.bfloat16])),
        "autocast": draw(st.booleans()),
        "passes": draw(st.integers(1, 2)),
        "seed": draw(st.integers(0, 99)),
    }


def build(case, *, memory_efficient):
    torch.manual_seed(case["seed"])
    layers, width, growth_rate = case["widths"]
    options = {"bn_size": case["bn_size"], "drop_rate": case["drop_rate"]}
    block = DenseBlock(layers, width, growth_rate, memory_efficient=memory_efficient, **options)
    layer = list(block)[-1]
    for change in (case["norm"], case["activation"], case["convolution"]):
        change(layer)
    for module in block.modules():
        if isinstance(module, nn.BatchNorm2d) and module.affine:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    block.to(case["dtype"])
    seen = []
    for part, kind in case["hooks"]:
        if hasattr(layer, part):
            HOOKS[kind](getattr(layer, part), seen)
    for part in case["frozen"]:
        if hasattr(layer, part):
            getattr(layer, part).requires_grad_(False)
    block.train(case["mode"] == "train")
    if case["mode"] == "norms in eval":
        block.train()
        for module in block.modules():
            if isinstance(module, nn.modules.batchnorm._NormBase):
                module.eval()
    return block, seen


def run(case, *, memory_efficient):
    block, seen = build(case, memory_efficient=memory_efficient)
    x = torch.randn(3, case["widths"][1], 4, 3, generator=torch.Generator().manual_seed(1))
    x = x.to(case["dtype"])
    if case["channels_last"]:
        x = x.to(memory_format=torch.channels_last)
    x.requires_grad_(case["input_needs_gradient"])
    torch.manual_seed(case["seed"])
    with torch.autocast("cpu", torch.bfloat16, enabled=case["autocast"]):
        # Two passes would share one rounded copy of each weight, and add gradients rounded.
        outputs = [block(x) for _ in range(1 if case["autocast"] else case["passes"])]
    total = sum(output.float().square().sum() for output in outputs)
    if total.requires_grad:
        total.backward()
    grads = {name: parameter.grad for name, parameter in block.named_parameters()}
    return (outputs[-1].detach(), x.grad, grads, dict(block.named_buffers())), seen


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(changed_blocks())
def test_any_change_of_a_layer_gives_what_the_plain_layer_gives(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old weight norm, hooks on inputs without gradient
        try:
            plain, plain_calls = run(case, memory_efficient=False)
        except RuntimeError as error:  # an activation in place behind a backward hook, say
            with pytest.raises(RuntimeError, match=re.escape(str(error)[:60])):
                run(case, memory_efficient=True)
            return
        frugal, frugal_calls = run(case, memory_efficient=True)
    assert frugal_calls == plain_calls
    assert_same(frugal, plain)

"""Nets that somebody changed: whatever stands in a layer, the flag gives what the plain net gives.

Reports behind these: pytorch/vision #4164, #4753, #6817; gpleiss/efficient_densenet_pytorch #10,
#50, #73; huggingface/pytorch-image-models #1176; pytorch/pytorch #43946, #66073.
"""

from __future__ import annotations

import pytest
import torch
from densenet.changes import (
    CHANGES,
    HOOKS,
    assert_same,
    counted_relu,
    fake_quantised,
    frozen_norm,
    frozen_weights,
    grouped,
    inplace_relu,
    no_norm,
    norm_in_eval,
    norm_without_statistics,
    other_padding,
    outcome,
    own_forward,
    random_relu,
    small_net,
    wrapper,
)
from torch import nn

from densenet_lessons.densenet import DenseBlock, densenet121, densenet_cifar
from densenet_lessons.densenet.recompute import are_as_built, can_recompute
from densenet_lessons.probes import saved_bytes


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_layer_gives_what_the_plain_net_gives(change):
    images = torch.randn(4, 3, 6, 8, generator=torch.Generator().manual_seed(1)).double()
    results = []
    for memory_efficient in (True, False):
        net = small_net(memory_efficient=memory_efficient)
        for layer in (net.features.denseblock1.denselayer2, net.features.denseblock2.denselayer3):
            torch.manual_seed(4)
            change(layer)
            layer.double()
        results.append(outcome(net, images))
    assert_same(*results)


@pytest.mark.parametrize("part", ["norm1", "relu1", "conv1", "norm2", "relu2", "conv2"])
@pytest.mark.parametrize("kind", HOOKS)
def test_hooks_are_called_as_on_the_plain_net(part, kind):
    nets, seen = [small_net(), small_net(memory_efficient=False)], ([], [])
    images = torch.randn(4, 3, 6, 8, generator=torch.Generator().manual_seed(1)).double()
    results = []
    for net, calls in zip(nets, seen, strict=True):
        HOOKS[kind](getattr(net.features.denseblock2.denselayer1, part), calls)
        results.append(outcome(net, images))
    assert seen[0] == seen[1] != []
    assert_same(*results)


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
@pytest.mark.parametrize("memory_efficient", [False, True])
def test_a_full_backward_hook_works_on_every_submodule(memory_efficient):
    """pytorch/vision #4164, pytorch/pytorch #61519: ReLUs in place refuse such hooks."""
    net = densenet_cifar(22, 4, memory_efficient=memory_efficient)
    called = set()
    for name, module in net.named_modules():
        module.register_full_backward_hook(lambda *_, name=name: called.add(name))
    net(torch.randn(2, 3, 8, 8)).sum().backward()
    assert called == {name for name, _ in net.named_modules()}


def test_relus_out_of_place_keep_as_many_bytes():
    images, kept = torch.randn(2, 3, 16, 16), []
    for inplace in (False, True):
        net = densenet_cifar(22, 4)
        for module in net.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = inplace
        kept.append(saved_bytes(net, images))
    assert kept[0] == kept[1]


def test_a_stored_activation_is_not_changed_afterwards():
    """pytorch/pytorch #95617: a hook sees what a ReLU in place has made of its input."""
    net, kept = densenet121().eval(), {}
    for name, module in net.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(
                lambda _, __, output, name=name: kept.update({name: (output, output.clone())})
            )
    with torch.no_grad():
        net(torch.randn(1, 3, 64, 64))
    assert all(torch.equal(output, before) for output, before in kept.values())


def test_only_layers_as_built_are_recomputed_by_formulas():
    layer = small_net().features.denseblock1.denselayer1
    assert are_as_built(layer.norm1, layer.relu1, layer.conv1)
    for change in set(CHANGES) - SAME_FORMULAS:
        changed = small_net().features.denseblock1.denselayer1
        change(changed)
        assert not are_as_built(changed.norm1, changed.relu1, changed.conv1), change.__name__
    x = torch.randn(2, 7, 4, 4)
    assert can_recompute([x])
    assert not can_recompute([x.to("meta")])
    assert not torch.func.vmap(lambda row: row + can_recompute([row]))(torch.zeros(2)).any()
    with torch.no_grad():
        assert not can_recompute([x])


#: Changes that the formulas know.
SAME_FORMULAS = {norm_in_eval, norm_without_statistics, frozen_weights, inplace_relu}

#: These keep tensors of their own, or what can't be made again for sure.
OWN_TENSORS = (
    frozen_norm, own_forward, no_norm, random_relu, counted_relu, other_padding, wrapper,
    fake_quantised, grouped,
)  # fmt: skip


def kept(change, *, memory_efficient):
    torch.manual_seed(0)
    block = DenseBlock(6, 16, 4, memory_efficient=memory_efficient)
    for layer in block:
        change(layer)
    return saved_bytes(block, torch.randn(2, 16, 8, 8))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_layer_keeps_less_than_the_plain_one(change):
    frugal, plain = (kept(change, memory_efficient=flag) for flag in (True, False))
    assert frugal < plain
    if change not in OWN_TENSORS:
        assert frugal < 0.5 * plain


def test_another_first_convolution_takes_other_images():
    net = densenet121()
    net.features.conv0 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    assert net(torch.randn(2, 1, 32, 32)).shape == (2, 1000)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 1, H, W\), got \(2, 3, 32, 32\)"):
        net(torch.randn(2, 3, 32, 32))


def test_a_stem_without_strides_takes_small_images():
    net = densenet121()
    with pytest.raises(ValueError, match="x must be at least 29 pixels high and wide"):
        net(torch.randn(2, 3, 28, 28))
    net.features.conv0 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    net.features.pool0 = nn.Identity()
    assert net(torch.randn(2, 3, 28, 28)).shape == (2, 1000)
    with pytest.raises(ValueError, match="x must be at least 8 pixels high and wide"):
        net(torch.randn(2, 3, 8, 7))


def test_the_check_asks_nothing_that_a_changed_stem_does_not_ask():
    grey, small = torch.randn(2, 1, 32, 32), torch.randn(2, 3, 32, 29)
    net = densenet121()
    net.features.conv0.register_forward_pre_hook(lambda _, inputs: inputs[0].expand(-1, 3, -1, -1))
    assert net(grey).shape == (2, 1000)
    net = densenet121()
    net.features.conv0 = nn.Conv2d(3, 64, (7, 1), (2, 1), (3, 0), bias=False)
    assert net(torch.randn(2, 3, 29, 15)).shape == (2, 1000)  # half of the width suffices
    with pytest.raises(ValueError, match="x must be at least 29 pixels"):
        net(torch.randn(2, 3, 15, 29))
    net = densenet121()
    for index in (1, 2, 3):
        net.features.get_submodule(f"transition{index}").pool = nn.AvgPool2d(2, 2, ceil_mode=True)
    assert net(small[..., :8]).shape == (2, 1000)
    net = densenet121()
    net.features.conv0 = SamePadding(3, 64, 7, stride=2, bias=False)
    assert net(small).shape == (2, 1000)


class SamePadding(nn.Conv2d):
    def forward(self, x):
        return super().forward(nn.functional.pad(x, (3, 3, 3, 3)))


def test_old_names_load_and_a_gap_is_told():
    """pytorch/vision #474: module keys that have a dot."""
    net = densenet_cifar(22, 4)
    old = {
        key.replace("norm1.", "norm.1.").replace("norm2.", "norm.2.")
        .replace("conv1.", "conv.1.").replace("conv2.", "conv.2."): value
        for key, value in net.state_dict().items()
    }  # fmt: skip
    assert old.keys() != net.state_dict().keys()
    other = densenet_cifar(22, 4)
    other.load_state_dict(old, strict=True)
    for name, value in other.state_dict().items():
        assert torch.equal(value, net.state_dict()[name]), name
    block = densenet_cifar(22, 4).features.denseblock1
    prefix = "features.denseblock1."
    block.load_state_dict(
        {key.removeprefix(prefix): value for key, value in old.items() if key.startswith(prefix)}
    )
    del old["classifier.weight"]
    with pytest.warns(UserWarning, match="no value for classifier.weight: they stay as they were"):
        densenet_cifar(22, 4).load_state_dict(old, strict=False)


def test_a_block_is_read_as_torchvisions():
    block = densenet_cifar(22, 4).features.denseblock2
    assert list(dict(block.items())) == ["denselayer1", "denselayer2", "denselayer3"]
    assert block["denselayer2"] is list(block)[1]
    with pytest.raises(KeyError, match="denselayer4"):
        block["denselayer4"]

"""Nets that somebody changed: whatever stands in a layer, the flag gives what the plain net gives.

Reports behind these: pytorch/vision #4164, #4753, #6817; gpleiss/efficient_densenet_pytorch #10,
#50, #73; huggingface/pytorch-image-models #1176; pytorch/pytorch #43946, #66073.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.ops import FrozenBatchNorm2d

from densenet_lessons.densenet import DenseLayer, DenseNet, densenet121, densenet_cifar
from densenet_lessons.densenet.recompute import can_recompute


class Adapter(nn.Conv2d):
    """A convolution with something added: a subclass of the built-in one."""

    def forward(self, x):
        return super().forward(x) + 0.5 * x.mean(1, keepdim=True)


class Wrapped(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner, self.scale = inner, nn.Parameter(torch.tensor(0.7))

    def forward(self, x):
        return self.scale * self.inner(x)


def frozen_norm(layer):
    layer.norm1 = FrozenBatchNorm2d(layer.norm1.num_features)
    layer.norm1.running_mean.uniform_(-1, 1)


def group_norm(layer):
    layer.norm1 = nn.GroupNorm(1, layer.norm1.num_features)


def instance_norm(layer):
    layer.norm1 = nn.InstanceNorm2d(layer.norm1.num_features, affine=True, track_running_stats=True)


def norm_without_scale(layer):
    layer.norm1 = nn.BatchNorm2d(layer.norm1.num_features, affine=False)


def norm_without_statistics(layer):
    layer.norm1 = nn.BatchNorm2d(layer.norm1.num_features, track_running_stats=False)


def norm_in_eval(layer):
    layer.norm1.running_mean.uniform_(-1, 1)
    layer.norm1.eval()


def with_bias(layer):
    old = layer.conv1
    layer.conv1 = nn.Conv2d(old.in_channels, old.out_channels, 1)


def other_padding(layer):
    old = layer.conv1
    layer.conv1 = nn.Conv2d(
        old.in_channels, old.out_channels, 3, padding=1, padding_mode="reflect", bias=False
    )


def padding_by_name(layer):
    old = layer.conv1
    layer.conv1 = nn.Conv2d(old.in_channels, old.out_channels, 3, padding="same", bias=False)


def subclass(layer):
    old = layer.conv1
    layer.conv1 = Adapter(old.in_channels, old.out_channels, 1, bias=False)


def wrapper(layer):
    layer.conv1 = Wrapped(layer.conv1)


def silu(layer):
    layer.relu1 = nn.SiLU()


def leaky(layer):
    layer.relu1 = nn.LeakyReLU(0.2)


def pruned(layer):
    prune.l1_unstructured(layer.conv1, "weight", amount=0.3)


def old_weight_norm(layer):
    with pytest.warns(FutureWarning):
        nn.utils.weight_norm(layer.conv1)


def weight_norm(layer):
    parametrizations.weight_norm(layer.conv1)


def spectral_norm(layer):
    parametrizations.spectral_norm(layer.conv1)


def old_spectral_norm(layer):
    nn.utils.spectral_norm(layer.conv1)


def own_forward(layer):
    inner = layer.norm1.forward
    layer.norm1.forward = lambda x: 2 * inner(x)


def frozen_weights(layer):
    layer.conv1.requires_grad_(False)
    layer.norm1.requires_grad_(False)


CHANGES = [
    frozen_norm, group_norm, instance_norm, norm_without_scale, norm_without_statistics,
    norm_in_eval, with_bias, other_padding, padding_by_name, subclass, wrapper, silu, leaky, pruned,
    old_weight_norm, weight_norm, spectral_norm, old_spectral_norm, own_forward, frozen_weights,
]  # fmt: skip


def small_net(*, memory_efficient=True):
    torch.manual_seed(3)
    net = DenseNet(5, (2, 3), 7, num_classes=3, small_inputs=True)
    for module in net.modules():
        if isinstance(module, DenseLayer):
            module.memory_efficient = memory_efficient
    net.double()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    return net


def outcome(net, images):
    """Output, gradients of the input and of all parameters, buffers."""
    images = images.clone().requires_grad_()
    torch.manual_seed(5)
    output = net(images)
    output.square().sum().backward()
    grads = {name: parameter.grad for name, parameter in net.named_parameters()}
    return output.detach(), images.grad, grads, dict(net.named_buffers())


def assert_same(ours, plain):
    torch.testing.assert_close(ours[:2], plain[:2])
    for mine, theirs in zip(ours[2:], plain[2:], strict=True):
        assert mine.keys() == theirs.keys()
        for name, value in theirs.items():
            if value is None:
                assert mine[name] is None, name
            else:
                torch.testing.assert_close(mine[name], value, msg=f"{name} differs")


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


HOOKS = {
    "forward": lambda module, seen: module.register_forward_hook(lambda *_: seen.append("f")),
    "forward that replaces": lambda module, seen: module.register_forward_hook(
        lambda module, inputs, output: seen.append("r") or 2 * output
    ),
    "before": lambda module, seen: module.register_forward_pre_hook(lambda *_: seen.append("p")),
    "full backward": lambda module, seen: module.register_full_backward_hook(
        lambda *_: seen.append("b")
    ),
}


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
    net = densenet_cifar(22, 4, memory_efficient=memory_efficient)
    called = set()
    for name, module in net.named_modules():
        module.register_full_backward_hook(lambda *_, name=name: called.add(name))
    net(torch.randn(2, 3, 8, 8)).sum().backward()
    assert called == {name for name, _ in net.named_modules()}


def test_a_stored_activation_is_not_changed_afterwards():
    net, kept = densenet121().eval(), {}
    for name, module in net.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(
                lambda _, __, output, name=name: kept.update({name: (output, output.clone())})
            )
    with torch.no_grad():
        net(torch.randn(1, 3, 64, 64))
    assert all(torch.equal(output, before) for output, before in kept.values())


def test_only_layers_as_built_are_recomputed():
    layer = small_net().features.denseblock1.denselayer1
    x = [torch.randn(2, 7, 4, 4).double()]
    assert can_recompute(x, layer.norm1, layer.relu1, layer.conv1)
    with torch.no_grad():
        assert not can_recompute(x, layer.norm1, layer.relu1, layer.conv1)
    assert not can_recompute([x[0].to("meta")], layer.norm1, layer.relu1, layer.conv1)


@pytest.mark.filterwarnings("ignore:.*torch.jit.trace")
@pytest.mark.parametrize("memory_efficient", [False, True])
def test_the_net_can_be_traced_and_taken_apart(memory_efficient):
    net = densenet_cifar(22, 4, memory_efficient=memory_efficient).eval()
    images = torch.randn(2, 3, 8, 8)
    wanted = net(images)
    torch.testing.assert_close(torch.fx.symbolic_trace(net)(images), wanted)
    torch.testing.assert_close(torch.jit.trace(net, images)(images), wanted)
    torch.testing.assert_close(torch.export.export(net, (images,)).module()(images), wanted)
    maps = create_feature_extractor(net, {"features.denseblock2": "maps"})(images)["maps"]
    assert maps.shape[2:] == (4, 4)
    assert torch.func.vmap(net)(images.unsqueeze(1)).shape == (2, 1, 10)
    grads = torch.func.grad(lambda values: net(values).sum())(images)
    assert grads.shape == images.shape


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


def test_old_names_load_and_a_gap_is_told():
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

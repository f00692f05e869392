"""What people put into a dense layer, a small net to put it into, and what is compared then."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.ao.quantization import FakeQuantize, MovingAverageMinMaxObserver
from torch.nn.utils import parametrizations, prune
from torchvision.ops import FrozenBatchNorm2d

from densenet_lessons.densenet import DenseLayer, DenseNet


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


def inplace_relu(layer):
    layer.relu1 = nn.ReLU(inplace=True)


def random_relu(layer):
    layer.relu1 = nn.RReLU()


def counted_relu(layer):
    class Counted(nn.ReLU):
        def forward(self, x):
            self.calls.add_(1)
            return super().forward(x)

    layer.relu1 = Counted()
    layer.relu1.register_buffer("calls", torch.zeros(()))


def no_norm(layer):
    layer.norm1 = nn.Identity()


def fake_quantised(layer):
    layer.conv1 = nn.Sequential(FakeQuantize(MovingAverageMinMaxObserver), layer.conv1)


def grouped(layer):
    old = layer.conv1
    layer.conv1 = nn.Conv2d(old.in_channels, old.in_channels * 2, 1, groups=old.in_channels)
    layer.conv1 = nn.Sequential(layer.conv1, nn.Conv2d(old.in_channels * 2, old.out_channels, 1))


def as_built(layer):
    pass


NORMS = [
    as_built, frozen_norm, group_norm, instance_norm, norm_without_scale, norm_without_statistics,
    norm_in_eval, own_forward, no_norm,
]  # fmt: skip
ACTIVATIONS = [as_built, silu, leaky, inplace_relu, random_relu, counted_relu]
CONVOLUTIONS = [
    as_built, with_bias, other_padding, padding_by_name, subclass, wrapper, pruned, old_weight_norm,
    weight_norm, spectral_norm, old_spectral_norm, fake_quantised, grouped,
]  # fmt: skip
CHANGES = [change for change in (*NORMS, *ACTIVATIONS, *CONVOLUTIONS) if change is not as_built]
CHANGES.append(frozen_weights)


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

"""``for_inference``: the same outputs from a folded copy, or a refusal that names the part."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from densenet_lessons.densenet import DenseNet, densenet121, densenet_cifar, for_inference


def trained_like(net, *, seed=0):
    """The net with norms as training leaves them, some scales below zero and at zero."""
    generator = torch.Generator().manual_seed(seed)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in [
                (module.weight, -0.5, 1.5), (module.bias, -1, 1),
                (module.running_mean, -1, 1), (module.running_var, 0.2, 2),
            ]:  # fmt: skip
                tensor.data.uniform_(low, high, generator=generator)
            module.weight.data[::5] = 0
            module.weight.data[1::5] = 1e-42  # so small that the norm's turning point is infinite
    return net


def small_net(**options):
    torch.manual_seed(0)
    return trained_like(DenseNet(6, (2, 3), 8, num_classes=5, **options))


def images(*shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=dtype)


@pytest.mark.parametrize("memory_efficient", [False, True])
@pytest.mark.parametrize("small_inputs", [False, True])
@pytest.mark.parametrize("bn_size", [4, None])
def test_outputs_are_equal_to_rounding(bn_size, small_inputs, memory_efficient):
    net = small_net(
        bn_size=bn_size, small_inputs=small_inputs, memory_efficient=memory_efficient, drop_rate=0.2
    ).double()
    before = copy.deepcopy(net.state_dict())
    fast = for_inference(net)
    assert net.training
    assert not any(module.training for module in fast.modules())
    for shape in [(2, 3, 21, 34), (1, 3, 16, 9), (0, 3, 16, 16)]:
        x = images(*shape)
        torch.testing.assert_close(fast(x), net.eval()(x))
        with torch.inference_mode():
            torch.testing.assert_close(fast.features(x), net.features(x))
    net.train()
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert all(parameter.requires_grad for parameter in net.parameters())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rounding_costs_no_more_than_in_the_plain_net(dtype):
    exact = small_net().eval()
    exact.to(dtype).double()
    plain = copy.deepcopy(exact).to(dtype)
    fast = for_inference(plain)
    assert {tensor.dtype for tensor in fast.parameters()} == {dtype}
    x = images(8, 3, 32, 32).to(dtype)
    with torch.no_grad():
        wanted = exact(x.double())
        errors = [(net(x).double() - wanted).square().mean().sqrt() for net in (fast, plain)]
    assert errors[0] < 2 * errors[1]


def test_densenet121_in_channels_last():
    torch.manual_seed(0)
    net = densenet121().eval()
    fast = for_inference(net)
    x = images(2, 3, 64, 64, dtype=torch.float32)
    with torch.no_grad():
        torch.testing.assert_close(fast(x), net(x))
        assert fast.features(x).is_contiguous(memory_format=torch.channels_last)
    left = [type(module) for module in fast.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(left) == 1  # the last norm; 121 had 121
    with pytest.raises(ValueError, match=r"x must have shape \(N, 3, H, W\)"):
        fast(x[:, :1])
    with pytest.raises(ValueError, match="x must be at least 29 pixels"):
        fast(x[..., :28])


def test_a_gradient_for_the_image_is_the_plain_nets():
    net = small_net().double().eval()
    grads = []
    for model in (net, for_inference(net)):
        x = images(2, 3, 24, 24).requires_grad_()
        model(x).square().sum().backward()
        grads.append(x.grad)
    torch.testing.assert_close(*grads)


def test_what_is_not_folded_may_be_anything():
    net = small_net(small_inputs=True).double().eval()
    layer = net.features.denseblock2.denselayer1
    layer.relu2, layer.dropout = nn.SiLU(), nn.Dropout2d(0.5)
    nn.utils.parametrizations.weight_norm(layer.conv2)
    net.features.conv0 = nn.Sequential(nn.Conv2d(1, 8, 1), nn.GELU()).double()
    net.features.norm3 = nn.GroupNorm(1, net.features.norm3.num_features).double()
    net.classifier = nn.Identity()
    net.eval()
    x = images(2, 1, 9, 9)
    torch.testing.assert_close(for_inference(net)(x), net(x))


@pytest.mark.filterwarnings("ignore:.*torch.jit.trace")
def test_it_traces_compiles_and_maps_as_the_net_does():
    net = small_net(small_inputs=True).eval()
    fast, x = for_inference(net), images(2, 3, 8, 8, dtype=torch.float32)
    wanted = net(x)
    for other in (
        torch.fx.symbolic_trace(fast),
        torch.jit.trace(fast, x),
        torch.export.export(fast, (x,)).module(),
        torch.compile(fast, backend="eager", fullgraph=True),
        copy.deepcopy(fast),
    ):
        torch.testing.assert_close(other(x), wanted)
    mapped = torch.func.vmap(fast)(x.unsqueeze(1))
    torch.testing.assert_close(mapped.squeeze(1), wanted)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(fast(x).float(), net(x).float(), atol=0.1, rtol=0.1)


@pytest.mark.parametrize(
    ("path", "make", "rule"),
    [
        ("denseblock1.denselayer2.norm2", lambda old: nn.GroupNorm(1, 24), "got GroupNorm"),
        ("denseblock1.denselayer2.relu1", lambda old: nn.SiLU(), "got SiLU"),
        ("denseblock2.denselayer1.conv1", lambda old: nn.Sequential(old), "got Sequential"),
        ("denseblock2.denselayer1.conv1", lambda old: nn.Conv2d(10, 24, 3, padding=1), "be a 1x1"),
        ("denseblock2.denselayer1.norm1", lambda old: nn.BatchNorm2d(10, track_running_stats=False),
         "have running statistics"),
        ("denseblock2.denselayer1", lambda old: nn.Sequential(old), "be the DenseLayer"),
        ("transition1.conv", lambda old: prune.l1_unstructured(old, "weight", amount=0.5), "own"),
        ("transition1.pool", lambda old: nn.MaxPool2d(2), "be the AvgPool2d"),
        ("norm0", lambda old: nn.Identity(), "be the BatchNorm2d that was built there"),
        ("conv0", lambda old: nn.utils.parametrizations.weight_norm(old), "Parametrized"),
    ],
)  # fmt: skip
def test_a_net_in_which_a_folded_part_was_replaced_is_refused(path, make, rule):
    net = small_net()
    owner, _, name = f"features.{path}".rpartition(".")
    setattr(net.get_submodule(owner), name, make(net.get_submodule(f"features.{path}")))
    with pytest.raises(ValueError, match=rf"model\.features\.{path} must .*{rule}"):
        for_inference(net)


def test_a_hook_is_called_or_refused():
    net, x = small_net(), images(2, 3, 32, 32, dtype=torch.float32)
    refused = set()
    for name, module in net.named_modules():
        called = []
        handle = module.register_forward_hook(lambda *_, called=called: called.append(1))
        try:
            for_inference(net)(x)
        except ValueError as error:
            assert f"model.{name} must have no hook" in str(error)  # noqa: PT017
            refused.add(name.rpartition(".")[2])
        else:
            assert called, name
        handle.remove()
    assert refused >= {"norm0", "norm1", "relu1", "conv1", "norm2", "denselayer1", "transition1"}


def test_a_weight_that_cannot_be_copied_is_refused():
    net = small_net()
    conv = net.features.denseblock1.denselayer1.conv2
    prune.l1_unstructured(conv, "weight", amount=0.5)
    with pytest.raises(ValueError, match=r"denselayer1.conv2 must keep .*prune.remove"):
        for_inference(net)
    prune.remove(conv, "weight")
    for_inference(net)


def test_other_models_and_folded_ones_are_refused():
    with pytest.raises(TypeError, match="model must be a DenseNet, got Linear"):
        for_inference(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="got FoldedBlock"):
        for_inference(for_inference(densenet_cifar(22, 4)))

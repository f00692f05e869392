"""memory_efficient=True changes memory and time, and nothing else."""

import copy
import itertools

import pytest
import torch
import torchvision

from densenet_lessons.densenet.layers import DenseBlock, DenseLayer
from densenet_lessons.densenet.models import DenseNet, densenet121
from densenet_lessons.probes.kept_bytes import saved_bytes


def twins(dtype=torch.float64, **options):
    """The same net twice, without and with recomputation."""
    torch.manual_seed(0)
    plain = DenseNet(5, (3, 2), 7, num_classes=4, small_inputs=True, **options).to(dtype)
    frugal = DenseNet(
        5, (3, 2), 7, num_classes=4, small_inputs=True, memory_efficient=True, **options
    )
    frugal.to(dtype).load_state_dict(plain.state_dict())
    return plain, frugal


def assert_same_state(plain, frugal):
    for (name, a), b in zip(plain.named_parameters(), frugal.parameters(), strict=True):
        assert (a.grad is None) == (b.grad is None), name
        if a.grad is not None:
            torch.testing.assert_close(
                b.grad, a.grad, msg=lambda text, name=name: f"{name}: {text}"
            )
    for (name, a), b in zip(plain.named_buffers(), frugal.buffers(), strict=True):
        torch.testing.assert_close(b, a, msg=lambda text, name=name: f"{name}: {text}")


def images(*shape, dtype=torch.float64, seed=1):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("bn_size", [None, 4])
@pytest.mark.parametrize("input_needs_gradient", [False, True])
def test_same_outputs_gradients_and_statistics(bn_size, input_needs_gradient):
    results = []
    nets = twins(bn_size=bn_size)
    for model in nets:
        x = images(3, 3, 9, 8).requires_grad_(input_needs_gradient)
        out = model(x)
        out.square().sum().backward()
        results.append((out, x.grad))
    torch.testing.assert_close(*[out for out, _ in results])
    assert (results[1][1] is not None) == input_needs_gradient
    if input_needs_gradient:
        torch.testing.assert_close(*[grad for _, grad in results])
    assert_same_state(*nets)


def test_two_forward_passes_before_one_backward():
    nets = twins()
    for model in nets:
        (model(images(3, 3, 8, 8)) * model(images(2, 3, 8, 8, seed=2))[:1]).sum().backward()
    assert_same_state(*nets)
    counts = [b.item() for name, b in nets[1].named_buffers() if name.endswith("tracked")]
    assert set(counts) == {2}


def test_frozen_batch_norms_in_a_training_net():
    nets = twins()
    for model in nets:
        model(images(4, 3, 8, 8))  # fill the running statistics first
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eval()
        model(images(3, 3, 8, 8, seed=2)).square().sum().backward()
    assert_same_state(*nets)


def test_frozen_parameters_get_no_gradient():
    nets = twins()
    for model in nets:
        layer = model.features.denseblock1.denselayer2
        layer.conv1.weight.requires_grad_(False)
        layer.norm1.bias.requires_grad_(False)
        model.features.conv0.weight.requires_grad_(False)
        model(images(3, 3, 8, 8)).square().sum().backward()
    assert_same_state(*nets)


def test_only_the_convolution_learns():
    layers = []
    for memory_efficient in (False, True):
        torch.manual_seed(0)
        layer = DenseLayer(6, 3, memory_efficient=memory_efficient).double()
        layer.norm1.requires_grad_(False)
        layer([images(2, 4, 5, 5), images(2, 2, 5, 5, seed=2)]).square().sum().backward()
        layers.append(layer)
    assert_same_state(*layers)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_autocast_to_bfloat16(dtype):
    nets = twins(dtype)
    outputs = []
    for model in nets:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = model(images(3, 3, 8, 8, dtype=dtype))
        out.float().square().sum().backward()
        outputs.append(out)
    # autocast lowers float32 only
    assert outputs[1].dtype == (torch.bfloat16 if dtype == torch.float32 else dtype)
    torch.testing.assert_close(*outputs)
    assert_same_state(*nets)


def test_numerical_gradients():
    layer = DenseLayer(5, 2, memory_efficient=True).double()
    sources = [images(2, 3, 4, 3).requires_grad_(), images(2, 2, 4, 3, seed=2).requires_grad_()]
    assert torch.autograd.gradcheck(lambda *parts: layer(parts), sources)


@pytest.mark.parametrize("training", [False, True])
def test_second_derivatives(training):
    layer = DenseLayer(5, 2, memory_efficient=True).double().train(training)
    sources = [images(2, 3, 4, 3).requires_grad_(), images(2, 2, 4, 3, seed=2).requires_grad_()]
    assert torch.autograd.gradgradcheck(lambda *parts: layer(parts), sources)


def test_a_gradient_penalty_reaches_every_parameter():
    nets = twins()
    for model in nets:
        x = images(3, 3, 8, 8).requires_grad_()
        (slope,) = torch.autograd.grad(model(x).square().sum(), x, create_graph=True)
        slope.square().sum().backward()
    assert_same_state(*nets)


def test_dropout_draws_the_same():
    nets = twins(drop_rate=0.3)
    for model in nets:
        torch.manual_seed(3)
        model(images(3, 3, 8, 8)).square().sum().backward()
    assert_same_state(*nets)


def test_a_parameter_changed_before_backward_is_refused():
    layer = DenseLayer(5, 2, memory_efficient=True)
    out = layer(images(2, 5, 4, 4, dtype=torch.float32))
    with torch.no_grad():
        layer.norm1.weight.add_(1)
    with pytest.raises(RuntimeError, match="modified between its forward and backward pass"):
        out.sum().backward()


def test_no_gradient_no_graph():
    layer = DenseLayer(5, 2, memory_efficient=True)
    with torch.no_grad():
        assert layer(images(2, 5, 4, 4, dtype=torch.float32)).grad_fn is None
    frozen = copy.deepcopy(layer).requires_grad_(False)
    assert not frozen(images(2, 5, 4, 4, dtype=torch.float32)).requires_grad


def test_it_keeps_no_more_than_torchvisions_flag_and_half_of_the_plain_net():
    x = images(2, 3, 64, 64, dtype=torch.float32)
    ours, plain = densenet121(memory_efficient=True), densenet121()
    theirs = torchvision.models.densenet121(weights=None, memory_efficient=True)
    kept = {name: saved_bytes(net, x) for name, net in [("ours", ours), ("theirs", theirs)]}
    assert kept["ours"] <= kept["theirs"]
    assert kept["ours"] < 0.5 * saved_bytes(plain, x)


def test_bytes_grow_linearly_with_the_layers():
    def kept(num_layers, memory_efficient):
        block = DenseBlock(num_layers, 8, 4, memory_efficient=memory_efficient)
        return saved_bytes(block, torch.zeros(1, 8, 16, 16))

    frugal = [kept(n, True) for n in (4, 8, 12, 16)]
    steps = {b - a for a, b in itertools.pairwise(frugal)}
    assert max(steps) - min(steps) < 0.02 * max(steps)  # equal but for batch norm's few statistics
    plain = [kept(n, False) for n in (4, 8, 12, 16)]
    growth = [b - a for a, b in itertools.pairwise(plain)]
    assert growth[0] < growth[1] < growth[2]

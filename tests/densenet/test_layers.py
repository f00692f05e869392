"""Layers against torch.nn.functional, written out line by line."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.densenet.layers import DenseBlock, DenseLayer, Transition


def randomised(module: nn.Module, seed: int = 0) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.dtype.is_floating_point:
            tensor.data = 0.2 + torch.rand(tensor.shape, generator=generator)
    return module


def norm_relu(x, norm):
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)
    return x.clamp(min=0)


@pytest.mark.parametrize("bn_size", [None, 2, 4])
def test_dense_layer_is_the_papers_composite_function(bn_size):
    layer = randomised(DenseLayer(7, 3, bn_size=bn_size)).eval()
    x = torch.randn(2, 7, 6, 5, generator=torch.Generator().manual_seed(1))
    want = F.conv2d(norm_relu(x, layer.norm1), layer.conv1.weight, padding=int(bn_size is None))
    if bn_size is not None:
        assert layer.conv1.out_channels == bn_size * 3
        want = F.conv2d(norm_relu(want, layer.norm2), layer.conv2.weight, padding=1)
    got = layer(x)
    assert got.shape == (2, 3, 6, 5)
    torch.testing.assert_close(got, want)
    torch.testing.assert_close(layer([x[:, :4], x[:, 4:]]), want)


def test_dense_layer_leaves_its_input_alone():
    x = torch.randn(2, 7, 6, 5)
    before = x.clone()
    DenseLayer(7, 3)(x)
    DenseLayer(7, 3).eval()([x])
    assert torch.equal(x, before)


def test_no_convolution_has_a_bias():
    modules = [*DenseBlock(2, 4, 3).modules(), *Transition(6, 3).modules()]
    assert [m.bias for m in modules if isinstance(m, nn.Conv2d)] == [None] * 5


@pytest.mark.parametrize("memory_efficient", [False, True])
def test_dense_block_keeps_old_features_bit_for_bit(memory_efficient):
    block = randomised(DenseBlock(3, 5, 4, memory_efficient=memory_efficient))
    x = torch.randn(2, 5, 6, 7)
    features = x
    out = block(x)
    assert out.shape == (2, 17, 6, 7)
    assert torch.equal(out[:, :5], x)
    for layer in block.eval():
        features = torch.cat([features, layer(features)], 1)
    torch.testing.assert_close(block(x), features)


def test_transition_is_norm_relu_conv_pool():
    transition = randomised(Transition(6, 3)).eval()
    x = torch.randn(2, 6, 7, 8)
    want = F.avg_pool2d(F.conv2d(norm_relu(x, transition.norm), transition.conv.weight), 2)
    assert want.shape == (2, 3, 3, 4)
    torch.testing.assert_close(transition(x), want)


@pytest.mark.parametrize("bn_size", [None, 4])
def test_dropout_is_last_and_off_in_eval(bn_size):
    layer = DenseLayer(7, 3, bn_size=bn_size, drop_rate=0.5)
    same = DenseLayer(7, 3, bn_size=bn_size)
    same.load_state_dict(layer.state_dict())
    x = torch.randn(4, 7, 16, 16)
    with torch.no_grad():
        dropped, full = layer(x), same(x)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], 2 * full[kept])
    assert 0.4 < kept.float().mean() < 0.6
    torch.testing.assert_close(layer.eval()(x), same.eval()(x))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DenseLayer(0, 12), "num_input_features must be a positive integer, got 0"),
        (lambda: DenseLayer(16, 0), "growth_rate must be a positive integer, got 0"),
        (lambda: DenseLayer(16, 12, bn_size=0), "bn_size must be a positive integer, got 0"),
        (lambda: DenseLayer(16, 12, drop_rate=1), "drop_rate must be at least 0 and below 1"),
        (lambda: DenseBlock(0, 16, 12), "num_layers must be a positive integer, got 0"),
        (lambda: DenseBlock(2, 16, 2.5), "growth_rate must be a positive integer, got 2.5"),
        (lambda: Transition(16, 0), "num_output_features must be a positive integer, got 0"),
    ],
)
def test_wrong_arguments_are_named(build, message):
    with pytest.raises(ValueError, match=message):
        build()

"""Plain and residual nets: their sizes match, and the sum is the only difference."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.densenet.spec import DenseNetSpec, cifar_spec, depth_of
from densenet_lessons.experiments.baselines import (
    StagedNet,
    Unit,
    matched_plain,
    matched_residual,
    matched_widths,
    staged_parameters,
)

SPECS = [
    cifar_spec(22, 4, in_channels=1),
    cifar_spec(22, 12, in_channels=1),
    cifar_spec(40, 12),
    cifar_spec(100, 12, num_classes=100),
    DenseNetSpec(8, (2, 3, 4, 5), 16, small_inputs=True, num_classes=7),
]


def size(model):
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"k={s.growth_rate}, {s.block_config}")
@pytest.mark.parametrize("build", [matched_plain, matched_residual])
def test_parameters_match_the_dense_net_within_2_percent(spec, build):
    dense, other = size(DenseNet(**vars(spec))), build(spec)
    assert abs(size(other) - dense) <= 0.02 * dense
    x = torch.zeros(2, spec.in_channels, 16, 16)
    assert other(x).shape == (2, spec.num_classes)


def test_both_nets_have_the_same_parts_and_the_depth_of_the_dense_one():
    spec = SPECS[1]
    plain, residual = matched_plain(spec), matched_residual(spec)
    assert plain.state_dict().keys() == residual.state_dict().keys()
    kinds = (nn.Conv2d, nn.Linear)
    depth = sum(isinstance(module, kinds) for module in residual.modules())
    assert depth == depth_of(spec.block_config) == 22


@pytest.mark.parametrize("widths", [(3, 5, 11), (16, 32, 64)])
@pytest.mark.parametrize("config", [(1, 1, 1), (2, 3, 1)])
def test_the_formula_counts_what_is_built(widths, config):
    options = {"num_classes": 6, "in_channels": 2}
    net = StagedNet(widths, config, residual=True, **options)
    assert staged_parameters(widths, config, **options) == size(net)


@pytest.mark.parametrize("residual", [False, True])
def test_a_unit_is_batch_norm_relu_convolution_twice(residual):
    generator = torch.Generator().manual_seed(0)
    unit = Unit(5, residual=residual).double()
    for parameter in unit.parameters():
        nn.init.normal_(parameter, generator=generator)
    for norm in (unit.norm1, unit.norm2):
        norm.running_mean.normal_(generator=generator)
        norm.running_var.uniform_(0.5, 2, generator=generator)
    x = torch.randn(2, 5, 7, 6, generator=generator, dtype=torch.float64)
    before, hidden = x.clone(), x
    for norm, conv in ((unit.norm1, unit.conv1), (unit.norm2, unit.conv2)):
        hidden = F.batch_norm(
            hidden, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
        )
        hidden = F.conv2d(hidden.clamp(min=0), conv.weight, padding=1)
    expected = x + hidden if residual else hidden
    torch.testing.assert_close(unit.eval()(x), expected)
    assert torch.equal(x, before)


def test_the_sum_is_the_only_difference():
    plain, residual = matched_plain(SPECS[0]), matched_residual(SPECS[0])
    residual.load_state_dict(plain.state_dict())
    x = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert not torch.allclose(plain(x), residual(x))
    for net in (plain, residual):
        for module in net.modules():
            if isinstance(module, Unit):
                module.residual = False
    assert torch.equal(plain(x), residual(x))


def test_maps_halve_after_each_stage():
    net = matched_residual(SPECS[1])
    shapes = []
    for stage in (net.features.stage1, net.features.stage2, net.features.stage3):
        stage.register_forward_hook(lambda _, __, out: shapes.append(tuple(out.shape[1:])))
    net(torch.zeros(1, 1, 28, 28))
    assert shapes == [(net.widths[0], 28, 28), (net.widths[1], 14, 14), (net.widths[2], 7, 7)]


def test_widths_about_double():
    for spec in SPECS:
        widths = matched_widths(spec)
        assert all(abs(b - 2 * a) <= 1 for a, b in pairwise(widths))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: matched_plain(DenseNetSpec()), "spec must have small_inputs=True, got .*False"),
        (lambda: matched_residual(cifar_spec(22, 2)), "spec must have a size .* within 2%, got "),
        (lambda: StagedNet((4, 8), (1, 1, 1), residual=True), "widths must list one width .* 3"),
        (lambda: StagedNet((4, 0, 8), (1, 1, 1), residual=True), r"widths\[1\] must be a positive"),
        (lambda: StagedNet((4,), (0,), residual=True), r"block_config\[0\] must be a positive"),
        (lambda: StagedNet((4,), (1,), residual=True, num_classes=0), "num_classes must be a"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()

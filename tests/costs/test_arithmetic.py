"""The formulas against built nets, torchinfo, torch's FLOP counter and the paper's numbers."""

import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
import torchinfo
from torch.utils.flop_counter import FlopCounterMode

from densenet_lessons.costs.counting import count_macs, count_parameters, operations
from densenet_lessons.densenet import spec as spec_module
from densenet_lessons.densenet.layers import DenseBlock
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.densenet.spec import (
    CIFAR_NETS,
    IMAGENET_NETS,
    DenseNetSpec,
    block_config_for_depth,
    block_sides,
    block_widths,
    compressed_width,
    depth_of,
    minimum_image_size,
)

SMALL_SPECS = [
    DenseNetSpec(growth_rate=5, block_config=(2, 3), num_init_features=7, num_classes=3),
    DenseNetSpec(growth_rate=4, block_config=(3, 1, 2), num_init_features=9, bn_size=None),
    DenseNetSpec(
        growth_rate=3,
        block_config=(2, 2, 1),
        num_init_features=6,
        bn_size=2,
        compression=0.3,
        in_channels=1,
        small_inputs=True,
        num_classes=11,
    ),
]
# Paper, Table 2, as printed, with ten classes.
PRINTED = {
    "DenseNet (L=40, k=12)": "1.0M",
    "DenseNet (L=100, k=12)": "7.0M",
    "DenseNet (L=100, k=24)": "27.2M",
    "DenseNet-BC (L=100, k=12)": "0.8M",
    "DenseNet-BC (L=250, k=24)": "15.3M",
    "DenseNet-BC (L=190, k=40)": "25.6M",
}
EXACT = {
    "densenet121": 7_978_856,
    "densenet161": 28_681_000,
    "densenet169": 14_149_480,
    "densenet201": 20_013_928,
    "densenet264": 33_337_704,
    "DenseNet (L=40, k=12)": 1_019_722,
    "DenseNet (L=100, k=12)": 6_979_642,
    "DenseNet (L=100, k=24)": 27_249_082,
    "DenseNet-BC (L=100, k=12)": 769_162,
    "DenseNet-BC (L=250, k=24)": 15_324_406,
    "DenseNet-BC (L=190, k=40)": 25_624_430,
}


def build(spec: DenseNetSpec) -> DenseNet:
    return DenseNet(**asdict(spec))


@pytest.mark.parametrize("name", EXACT)
def test_named_nets_have_the_exact_parameter_counts(name):
    spec = {**IMAGENET_NETS, **CIFAR_NETS}[name]
    assert count_parameters(spec) == EXACT[name]
    with torch.device("meta"):
        model = build(spec)
    assert sum(p.numel() for p in model.parameters()) == EXACT[name]


@pytest.mark.parametrize("name", PRINTED)
def test_table_2_prints_these_counts(name):
    assert f"{count_parameters(CIFAR_NETS[name]) / 1e6:.1f}M" == PRINTED[name]


@pytest.mark.parametrize("spec", [*SMALL_SPECS, IMAGENET_NETS["densenet121"]])
@pytest.mark.parametrize("image_size", [33, 64])
def test_macs_are_half_of_torchs_flops(spec, image_size):
    model = build(spec).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, spec.in_channels, image_size, image_size))
    assert counter.get_total_flops() == 2 * count_macs(spec, image_size)


@pytest.mark.parametrize("spec", SMALL_SPECS)
def test_torchinfo_counts_the_same(spec):
    size = (1, spec.in_channels, 64, 64)
    summary = torchinfo.summary(build(spec), input_size=size, verbose=0, device="cpu")
    assert summary.total_params == count_parameters(spec)
    # torchinfo counts a multiply-add for each parameter of a norm and for the bias as well
    norms = sum(step.parameters for step in operations(spec) if step.kind == "norm")
    assert summary.total_mult_adds == count_macs(spec, 64) + norms + spec.num_classes


@pytest.mark.parametrize("spec", SMALL_SPECS)
def test_operations_are_the_modules_with_weights(spec):
    model = build(spec)
    shapes = {}
    for name, parameter in model.named_parameters():
        module = name.rpartition(".")[0]
        shapes[module] = shapes.get(module, 0) + parameter.numel()
    assert {step.name: step.parameters for step in operations(spec)} == shapes
    sides = {}
    for name, module in model.named_modules():
        if name in shapes and name != "classifier":
            module.register_forward_hook(
                lambda _, __, output, name=name: sides.update({name: output.shape[-1]})
            )
    model.eval()(torch.zeros(1, spec.in_channels, 61, 61))
    steps = operations(spec, 61)
    assert {step.name: step.side for step in steps if step.kind != "linear"} == sides


def test_block_widths_match_a_built_block():
    block = DenseBlock(4, 7, 5)
    assert block_widths(7, 4, 5) == [layer.norm1.num_features for layer in block] + [27]
    assert block.num_output_features == 27


@pytest.mark.parametrize(
    ("width", "theta", "kept"), [(256, 0.5, 128), (7, 0.5, 3), (100, 0.29, 29), (10, 1, 10)]
)
def test_compressed_width_is_an_exact_floor(width, theta, kept):
    assert compressed_width(width, theta) == kept


def test_depths_of_the_named_nets():
    depths = {name: depth_of(spec.block_config) for name, spec in IMAGENET_NETS.items()}
    assert depths.pop("densenet264") == 265  # the paper's name and its own rule disagree
    assert depths == {f"densenet{depth}": depth for depth in (121, 161, 169, 201)}


@pytest.mark.parametrize("bottleneck", [True, False])
@pytest.mark.parametrize("num_blocks", [1, 3, 4])
def test_depth_and_block_config_are_inverse(bottleneck, num_blocks):
    for layers in (1, 5, 16):
        depth = depth_of((layers,) * num_blocks, bottleneck=bottleneck)
        found = block_config_for_depth(depth, bottleneck=bottleneck, num_blocks=num_blocks)
        assert found == (layers,) * num_blocks


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: block_config_for_depth(103), r"depth must be 6n \+ 4 for three bottleneck .* 103"),
        (lambda: block_config_for_depth(4), "depth must be .* got 4"),
        (
            lambda: block_config_for_depth(41, bottleneck=False),
            r"depth must be 3n \+ 4 for three plain blocks, got 41",
        ),
        (lambda: depth_of(()), r"block_config must list .* got \(\)"),
        (lambda: depth_of(6), "block_config must list .* got 6"),
        (lambda: depth_of((6, 0)), r"block_config\[1\] must be a positive integer, got 0"),
        (lambda: block_widths(16, 4, 0), "growth_rate must be a positive integer, got 0"),
        (lambda: block_widths(16, 4, True), "growth_rate must be a positive integer, got True"),
        (lambda: block_widths(16, 4, 12.0), "growth_rate must be a positive integer, got 12.0"),
        (lambda: compressed_width(16, 0), "compression must be above 0 and at most 1, got 0"),
        (lambda: compressed_width(16, 1.5), "compression must be above 0 .* got 1.5"),
        (lambda: compressed_width(3, 0.1), "compression must leave at least one of 3 .* got 0.1"),
        (lambda: DenseNetSpec(bn_size=0), "bn_size must be a positive integer, got 0"),
        (lambda: DenseNetSpec(num_classes=-1), "num_classes must be a positive integer, got -1"),
        (lambda: block_sides(DenseNetSpec(), 28), "image_size must be at least 29 .* got 28"),
        (lambda: count_macs(DenseNetSpec(), 0), "image_size must be a positive integer, got 0"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("spec", [DenseNetSpec(), *SMALL_SPECS])
def test_minimum_image_size_is_the_smallest_that_runs(spec):
    smallest = minimum_image_size(spec)
    assert min(block_sides(spec, smallest)) == 1
    model = build(replace(spec, num_classes=2)).eval()
    assert model(torch.zeros(1, spec.in_channels, smallest, smallest)).shape == (1, 2)
    with pytest.raises(ValueError, match=f"at least {smallest} pixels"):
        model(torch.zeros(1, spec.in_channels, smallest, smallest - 1))


def test_the_arithmetic_runs_on_the_standard_library_alone():
    folder = str(Path(spec_module.__file__).parent)
    code = (
        "import sys, types; core = sys.modules['core'] = types.ModuleType('core'); "
        f"core.__path__ = [{folder!r}]; from core.spec import DenseNetSpec; DenseNetSpec()"
    )
    assert subprocess.run([sys.executable, "-S", "-I", "-c", code], check=False).returncode == 0

"""A plain and a residual net to compare a DenseNet with: same parts, same depth, same size.

Both follow a three-block DenseNet-BC for small images: a 3x3 stem, stages of units with two
convolutions, a transition between stages, batch norm, global pool, classifier. A unit is BN -
ReLU - 3x3 convolution twice. In the residual net its input is added to its output, in the plain
net it is not: that sum is the only difference between the two.
"""

from collections.abc import Sequence
from itertools import pairwise, product

from torch import Tensor, nn

from densenet_lessons.costs import count_parameters
from densenet_lessons.densenet import (
    DenseNetSpec,
    Transition,
    check_block_config,
    check_positive_int,
)

TOLERANCE = 0.02


class Unit(nn.Sequential):
    """BN - ReLU - 3x3 convolution, twice, at one width; with ``residual``, the input is added.

    He et al., "Identity Mappings in Deep Residual Networks", arXiv 1603.05027, figure 4e.

    Shape:
        - Input and output: (N, width, H, W)
    """

    def __init__(self, width: int, *, residual: bool) -> None:
        super().__init__()
        for index in (1, 2):
            self.add_module(f"norm{index}", nn.BatchNorm2d(width))
            self.add_module(f"relu{index}", nn.ReLU(inplace=True))
            self.add_module(f"conv{index}", nn.Conv2d(width, width, 3, padding=1, bias=False))
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        return x + super().forward(x) if self.residual else super().forward(x)


class StagedNet(nn.Module):
    """Stages of units, each stage at its own width and, after the first, at half the side.

    Args:
        widths: channels in each stage.
        block_config: units in each stage; a unit has as many convolutions as a bottleneck layer.
        residual: True for a residual net, False for a plain one.
        num_classes, in_channels: as in ``DenseNet``.

    Shape:
        - Input: (N, in_channels, H, W)
        - Output: (N, num_classes), logits

    Raises:
        ValueError: naming the argument, its value and the rule.
    """

    def __init__(
        self,
        widths: Sequence[int],
        block_config: Sequence[int],
        *,
        residual: bool,
        num_classes: int = 10,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        block_config = check_block_config(block_config)
        self.widths = _check_widths(widths, block_config)
        check_positive_int(num_classes=num_classes, in_channels=in_channels)
        width = self.widths[0]
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(in_channels, width, 3, padding=1, bias=False))
        for index, (wider, units) in enumerate(zip(self.widths, block_config, strict=True), 1):
            if index > 1:
                self.features.add_module(f"transition{index - 1}", Transition(width, wider))
            width = wider
            stage = nn.Sequential(*(Unit(width, residual=residual) for _ in range(units)))
            self.features.add_module(f"stage{index}", stage)
        self.features.add_module(f"norm{index + 1}", nn.BatchNorm2d(width))
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(width, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.features(x))  # (N, widths[-1], h, w)
        return self.classifier(self.pool(x).flatten(1))  # (N, num_classes)


def staged_parameters(
    widths: Sequence[int],
    block_config: Sequence[int],
    *,
    num_classes: int = 10,
    in_channels: int = 3,
) -> int:
    """Trainable parameters of a ``StagedNet``, as plain arithmetic."""
    block_config = check_block_config(block_config)
    widths = _check_widths(widths, block_config)
    stem = 9 * in_channels * widths[0]
    units = sum(
        n * 2 * (9 * width**2 + 2 * width) for width, n in zip(widths, block_config, strict=True)
    )
    transitions = sum(2 * before + before * after for before, after in pairwise(widths))
    return stem + units + transitions + 2 * widths[-1] + (widths[-1] + 1) * num_classes


def matched_widths(spec: DenseNetSpec) -> tuple[int, ...]:
    """Stage widths, each about twice the one before, that match a DenseNet's parameters best.

    Each width may be one channel off the double: whole doublings of a small width are too far
    apart to match within 2%.

    Raises:
        ValueError: if the spec has not the CIFAR stem, or nothing comes within 2%.
    """
    if not spec.small_inputs:
        raise ValueError(f"spec must have small_inputs=True, got small_inputs={spec.small_inputs}")
    target = count_parameters(spec)
    shape = {"num_classes": spec.num_classes, "in_channels": spec.in_channels}
    best, best_error, first = (), float("inf"), 1
    while True:
        smallest = float("inf")
        for offsets in product((0, 1, -1), repeat=len(spec.block_config) - 1):
            widths = [first]
            for offset in offsets:
                widths.append(2 * widths[-1] + offset)
            count = staged_parameters(widths, spec.block_config, **shape)
            smallest = min(smallest, count)
            if abs(count - target) < best_error:
                best, best_error = tuple(widths), abs(count - target)
        if smallest > target:
            break
        first += 1
    if best_error > TOLERANCE * target:
        raise ValueError(
            f"spec must have a size that whole widths can match within {TOLERANCE:.0%}, "
            f"got {target} parameters (nearest: widths {best}, off by {best_error})"
        )
    return best


def matched_plain(spec: DenseNetSpec) -> StagedNet:
    """A plain net with as many parameters as the DenseNet of ``spec``, within 2%.

    It has the same depth as a DenseNet with bottlenecks.

    Raises:
        ValueError: as ``matched_widths``.
    """
    return _matched(spec, residual=False)


def matched_residual(spec: DenseNetSpec) -> StagedNet:
    """A residual net with as many parameters as the DenseNet of ``spec``, within 2%.

    It has the same depth as a DenseNet with bottlenecks.

    Raises:
        ValueError: as ``matched_widths``.
    """
    return _matched(spec, residual=True)


def _matched(spec: DenseNetSpec, *, residual: bool) -> StagedNet:
    return StagedNet(
        matched_widths(spec),
        spec.block_config,
        residual=residual,
        num_classes=spec.num_classes,
        in_channels=spec.in_channels,
    )


def _check_widths(widths: Sequence[int], block_config: tuple[int, ...]) -> tuple[int, ...]:
    widths = tuple(widths)
    if len(widths) != len(block_config):
        raise ValueError(
            f"widths must list one width for each of {len(block_config)} stages, got {widths}"
        )
    for index, width in enumerate(widths):
        check_positive_int(**{f"widths[{index}]": width})
    return widths

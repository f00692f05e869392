"""What fixes a DenseNet: its numbers, checked once, and the widths, sides and depths they give.

Standard library only. "Paper" is Huang, Liu, van der Maaten, Weinberger, "Densely Connected
Convolutional Networks", CVPR 2017, arXiv 1608.06993.

The symbols: ``k`` is ``growth_rate``, ``k0`` the width that enters a block,
``theta`` is ``compression``, ``L`` the depth.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from .checks import check_block_config, check_fraction, check_positive_int


@dataclass(frozen=True)
class DenseNetSpec:
    """All that fixes the shape of a DenseNet; the arguments of ``DenseNet`` that do.

    Args:
        growth_rate: k, the channels that each layer adds.
        block_config: dense layers in each block.
        num_init_features: k0, the channels that leave the stem.
        bn_size: the bottleneck is ``bn_size * growth_rate`` wide; None for plain layers.
        compression: theta, above 0 and at most 1: the share of channels a transition keeps.
        num_classes: classes of the final linear layer.
        in_channels: channels of the image.
        small_inputs: True for the CIFAR stem (3x3), False for ImageNet's (7x7/2 and pool).

    Raises:
        ValueError: naming the argument, its value and the rule, or the transition that
            would keep no channel.
    """

    growth_rate: int = 32
    block_config: tuple[int, ...] = (6, 12, 24, 16)
    num_init_features: int = 64
    bn_size: int | None = 4
    compression: float = 0.5
    num_classes: int = 1000
    in_channels: int = 3
    small_inputs: bool = False

    def __post_init__(self) -> None:
        check_positive_int(
            growth_rate=self.growth_rate,
            num_init_features=self.num_init_features,
            num_classes=self.num_classes,
            in_channels=self.in_channels,
        )
        if self.bn_size is not None:
            check_positive_int(bn_size=self.bn_size)
        check_fraction("compression", self.compression, zero=False, one=True)
        object.__setattr__(self, "block_config", check_block_config(self.block_config))
        self.block_ends()

    def block_ends(self) -> list[tuple[int, int]]:
        """(width that enters, width that leaves) for each block."""
        ends, width = [], self.num_init_features
        for index, num_layers in enumerate(self.block_config):
            out = width + num_layers * self.growth_rate
            ends.append((width, out))
            if index < len(self.block_config) - 1:
                width = compressed_width(out, self.compression)
        return ends


def block_widths(num_init_features: int, num_layers: int, growth_rate: int) -> list[int]:
    """Channels that each layer of a dense block reads, then the channels that leave the block.

    Paper: section 3, "Growth rate": layer l reads ``k0 + k * (l - 1)`` channels.

    Args:
        num_init_features: k0, channels that enter the block.
        num_layers: layers in the block, n.
        growth_rate: k, channels that each layer adds.

    Returns:
        n + 1 integers, the last one ``k0 + n * k``.

    Raises:
        ValueError: if an argument is not a positive integer.
    """
    check_positive_int(
        num_init_features=num_init_features, num_layers=num_layers, growth_rate=growth_rate
    )
    return [num_init_features + index * growth_rate for index in range(num_layers + 1)]


def compressed_width(width: int, compression: float) -> int:
    """Channels that a transition keeps: ``floor(theta * m)``.

    Paper: section 3, "Compression". The product is exact: ``theta`` is read as the decimal
    that it prints as, so 0.29 of 100 channels is 29 and not 28.

    Raises:
        ValueError: if ``width`` is not a positive integer, ``compression`` is not above 0 and
            at most 1, or no channel would be left.
    """
    check_positive_int(width=width)
    check_fraction("compression", compression, zero=False, one=True)
    kept = math.floor(Fraction(str(float(compression))) * width)
    if kept < 1:
        raise ValueError(
            f"compression must leave at least one of {width} channels, got {compression!r}"
        )
    return kept


def depth_of(block_config: tuple[int, ...], *, bottleneck: bool = True) -> int:
    """The depth L in a net's name: its convolutions and the final linear layer.

    Each dense layer counts two with a bottleneck and one without; the stem, each transition
    and the classifier count one.

    Paper: section 3, "Implementation Details", and Table 1 print depths, and state no rule. This
    one gives all of them but DenseNet-264, which it counts as 265.

    Raises:
        ValueError: if ``block_config`` does not list positive integers.
    """
    layers = check_block_config(block_config)
    return (2 if bottleneck else 1) * sum(layers) + len(layers) + 1


def block_config_for_depth(
    depth: int, *, bottleneck: bool = True, num_blocks: int = 3
) -> tuple[int, ...]:
    """Equal blocks that add up to the paper's depth L, as its CIFAR and SVHN nets have them.

    Paper: section 3, "Implementation Details". With three blocks of n layers, L is 6n + 4
    with bottlenecks and 3n + 4 without.

    Raises:
        ValueError: if no whole number of layers a block gives this depth.
    """
    check_positive_int(depth=depth, num_blocks=num_blocks)
    step = num_blocks * (2 if bottleneck else 1)
    layers, rest = divmod(depth - num_blocks - 1, step)
    if rest or layers < 1:
        kind = "bottleneck" if bottleneck else "plain"
        count = {1: "one", 2: "two", 3: "three", 4: "four"}.get(num_blocks, str(num_blocks))
        raise ValueError(
            f"depth must be {step}n + {num_blocks + 1} for {count} {kind} blocks, got {depth}"
        )
    return (layers,) * num_blocks


def block_sides(spec: DenseNetSpec, image_size: int) -> list[int]:
    """Side of the feature maps in each block, for a square image of ``image_size`` pixels.

    Raises:
        ValueError: if a pool would have no pixel left, with the smallest size that works.
    """
    check_positive_int(image_size=image_size)
    side = image_size
    if not spec.small_inputs:
        side = (side + 1) // 2  # 7x7 convolution, stride 2, padding 3
        side = (side + 1) // 2  # 3x3 max pool, stride 2, padding 1
    sides = [side >> index for index in range(len(spec.block_config))]
    if sides[-1] < 1:
        raise ValueError(
            f"image_size must be at least {minimum_image_size(spec)} for "
            f"{len(spec.block_config)} blocks with this stem, got {image_size}"
        )
    return sides


def minimum_image_size(spec: DenseNetSpec) -> int:
    """Smallest side in pixels that leaves a pixel after the stem and all transitions."""
    side = 2 ** (len(spec.block_config) - 1)
    return side if spec.small_inputs else 4 * side - 3


def cifar_spec(
    depth: int,
    growth_rate: int,
    *,
    bottleneck: bool = True,
    compression: float = 0.5,
    num_classes: int = 10,
    in_channels: int = 3,
) -> DenseNetSpec:
    """The paper's three-block nets for 32-pixel images. Paper: section 3 and Table 2.

    The stem has 2k channels for DenseNet-BC and 16 otherwise, as the paper writes; only 16
    gives the 27.2M that Table 2 prints for L = 100, k = 24.

    Raises:
        ValueError: if the depth does not fit, or another argument is out of range.
    """
    check_positive_int(growth_rate=growth_rate)
    check_fraction("compression", compression, zero=False, one=True)
    return DenseNetSpec(
        growth_rate=growth_rate,
        block_config=block_config_for_depth(depth, bottleneck=bottleneck),
        num_init_features=2 * growth_rate if bottleneck and compression < 1 else 16,
        bn_size=4 if bottleneck else None,
        compression=compression,
        num_classes=num_classes,
        in_channels=in_channels,
        small_inputs=True,
    )


#: The ImageNet nets, Paper Table 1; 161 from the authors' code.
IMAGENET_NETS: dict[str, DenseNetSpec] = {
    "densenet121": DenseNetSpec(),
    "densenet161": DenseNetSpec(growth_rate=48, block_config=(6, 12, 36, 24), num_init_features=96),
    "densenet169": DenseNetSpec(block_config=(6, 12, 32, 32)),
    "densenet201": DenseNetSpec(block_config=(6, 12, 48, 32)),
    "densenet264": DenseNetSpec(block_config=(6, 12, 64, 48)),
}


#: The nets of Paper Table 2, with ten classes.
CIFAR_NETS: dict[str, DenseNetSpec] = {
    "DenseNet (L=40, k=12)": cifar_spec(40, 12, bottleneck=False, compression=1.0),
    "DenseNet (L=100, k=12)": cifar_spec(100, 12, bottleneck=False, compression=1.0),
    "DenseNet (L=100, k=24)": cifar_spec(100, 24, bottleneck=False, compression=1.0),
    "DenseNet-BC (L=100, k=12)": cifar_spec(100, 12),
    "DenseNet-BC (L=250, k=24)": cifar_spec(250, 24),
    "DenseNet-BC (L=190, k=40)": cifar_spec(190, 40),
}

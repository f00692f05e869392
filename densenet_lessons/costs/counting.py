"""Every step of a net with weights, as plain integers: parameters and multiply-adds.

Nothing here builds a net, so that everything that does can be checked against it.
"""

from dataclasses import dataclass

from densenet_lessons.densenet import (
    DenseNetSpec,
    block_sides,
    block_widths,
    check_positive_int,
    compressed_width,
)


@dataclass(frozen=True)
class Operation:
    """One step of a net: its name in the state dict, its widths, and what it costs.

    ``side`` is the side of the square map that it gives, in pixels; ``macs`` counts the
    multiply-adds of convolutions and of the linear layer, for one image. Both are 0 where
    no image size was given.
    """

    name: str
    kind: str
    in_channels: int
    out_channels: int
    kernel_size: int
    parameters: int
    side: int = 0
    macs: int = 0


def _norm(name: str, width: int, side: int) -> Operation:
    return Operation(name, "norm", width, width, 1, 2 * width, side)


def _conv(name: str, inputs: int, outputs: int, kernel_size: int, side: int) -> Operation:
    weights = inputs * outputs * kernel_size**2
    return Operation(name, "conv", inputs, outputs, kernel_size, weights, side, weights * side**2)


def layer_operations(
    num_input_features: int,
    growth_rate: int,
    *,
    bn_size: int | None = 4,
    side: int = 0,
    prefix: str = "",
) -> list[Operation]:
    """The norms and convolutions of one dense layer, in order. Paper: section 3."""
    check_positive_int(num_input_features=num_input_features, growth_rate=growth_rate)
    steps = [_norm(f"{prefix}norm1", num_input_features, side)]
    if bn_size is None:
        return [*steps, _conv(f"{prefix}conv1", num_input_features, growth_rate, 3, side)]
    check_positive_int(bn_size=bn_size)
    squeezed = bn_size * growth_rate
    return [
        *steps,
        _conv(f"{prefix}conv1", num_input_features, squeezed, 1, side),
        _norm(f"{prefix}norm2", squeezed, side),
        _conv(f"{prefix}conv2", squeezed, growth_rate, 3, side),
    ]


def operations(spec: DenseNetSpec, image_size: int | None = None) -> list[Operation]:
    """Every step of the net that has weights, from stem to classifier, named as in its state dict.

    With ``image_size`` in pixels, each step also has its map side and its multiply-adds.

    Raises:
        ValueError: if ``image_size`` is too small for the pools.
    """
    sides = [0] * len(spec.block_config) if image_size is None else block_sides(spec, image_size)
    width, steps = spec.num_init_features, []
    if spec.small_inputs:
        steps.append(_conv("features.conv0", spec.in_channels, width, 3, sides[0]))
    else:
        stem_side = 0 if image_size is None else (image_size + 1) // 2
        steps.append(_conv("features.conv0", spec.in_channels, width, 7, stem_side))
        steps.append(_norm("features.norm0", width, stem_side))
    for block, (num_layers, side) in enumerate(zip(spec.block_config, sides, strict=True), 1):
        widths = block_widths(width, num_layers, spec.growth_rate)
        for layer, layer_input in enumerate(widths[:-1], 1):
            prefix = f"features.denseblock{block}.denselayer{layer}."
            steps += layer_operations(
                layer_input, spec.growth_rate, bn_size=spec.bn_size, side=side, prefix=prefix
            )
        width = widths[-1]
        if block < len(spec.block_config):
            kept = compressed_width(width, spec.compression)
            steps.append(_norm(f"features.transition{block}.norm", width, side))
            steps.append(_conv(f"features.transition{block}.conv", width, kept, 1, side))
            width = kept
    # Batch norm after the last block: norm5 in torchvision's four-block nets.
    steps.append(_norm(f"features.norm{len(spec.block_config) + 1}", width, sides[-1]))
    weights = width * spec.num_classes
    macs = 0 if image_size is None else weights
    linear = Operation(
        "classifier", "linear", width, spec.num_classes, 1, weights + spec.num_classes, 1, macs
    )
    return [*steps, linear]


def count_parameters(spec: DenseNetSpec) -> int:
    """Trainable parameters of the net: convolutions, batch-norm scales and shifts, classifier.

    Running means and variances are buffers, not parameters, and are not counted.
    """
    return sum(step.parameters for step in operations(spec))


def count_macs(spec: DenseNetSpec, image_size: int) -> int:
    """Multiply-adds of all convolutions and of the classifier, for one square image.

    Papers often print this number as "FLOPs"; a counter that counts the multiplication and the
    addition apart gives twice as much.

    Raises:
        ValueError: if ``image_size`` is not a positive integer or too small for the pools.
    """
    return sum(step.macs for step in operations(spec, image_size))

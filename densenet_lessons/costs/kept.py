"""What training keeps: every tensor that autograd stores for the backward pass, in bytes.

From the layer formulas alone; nothing is built and nothing is run. ``probes.saved_bytes`` counts
the same on a built net.
"""

from dataclasses import dataclass

from densenet_lessons.costs.counting import count_parameters
from densenet_lessons.densenet import (
    DenseNetSpec,
    block_sides,
    block_widths,
    check_positive_int,
    compressed_width,
)

#: The kinds of kept tensors, in the order in which they are shown.
KEPT_KINDS = (
    "concatenations",
    "their normalised copies",
    "block inputs and new features",
    "bottlenecks",
    "stem, transitions and head",
    "batch statistics",
)
_CAT, _NORMED, _SOURCE, _BOTTLENECK, _AROUND, _STATISTICS = KEPT_KINDS

_INDEX_BYTES = 8  # max pool remembers in 64-bit integers where each maximum stood


@dataclass(frozen=True)
class KeptTensor:
    """One tensor that waits for the backward pass: the step that made it, its kind, its bytes."""

    name: str
    kind: str
    num_bytes: int


def kept_tensors(
    spec: DenseNetSpec,
    image_size: int,
    *,
    batch_size: int = 1,
    memory_efficient: bool = False,
    training: bool = True,
    bytes_per_value: int = 4,
) -> list[KeptTensor]:
    """Every tensor that autograd keeps between the forward and the backward pass of a net.

    A convolution keeps what it reads; a batch norm too, and in training mode each channel's mean
    and spread; a ReLU keeps what it puts out, which is what the next convolution reads. So a
    dense layer on c channels keeps 2c for each pixel, and the c of n layers grow linearly: their
    sum is quadratic in n. With ``memory_efficient`` those two are replaced by the block's input
    and each layer's k channels, kept once for all readers: linear in n.

    Paper: Pleiss et al., "Memory-Efficient Implementation of DenseNets", arXiv 1707.06990.

    Args:
        spec: the net, without dropout.
        image_size: side of the square images, in pixels. Images and parameters are not counted.
        batch_size: N, images in the batch.
        memory_efficient: as in ``DenseNet``.
        training: True for batch statistics, False for a forward pass in eval mode.
        bytes_per_value: 4 for float32, 8 for float64.

    Raises:
        ValueError: if a number is not a positive integer, or ``image_size`` is too small.
    """
    check_positive_int(batch_size=batch_size, bytes_per_value=bytes_per_value)
    sides = block_sides(spec, image_size)
    kept: list[KeptTensor] = []

    def keep(name: str, kind: str, channels: int, side: int = 0, *, size: int | None = None):
        values = batch_size * channels * side**2 if side else 2 * channels
        kept.append(KeptTensor(name, kind, values * (size or bytes_per_value)))

    def statistics(name: str, channels: int) -> None:
        if training:
            keep(name, _STATISTICS, channels)

    width = spec.num_init_features
    if not spec.small_inputs:
        stem_side = (image_size + 1) // 2
        keep("features.conv0", _AROUND, width, stem_side)
        statistics("features.norm0", width)
        keep("features.relu0", _AROUND, width, stem_side)
        keep("features.pool0", _AROUND, width, sides[0], size=_INDEX_BYTES)
    for block, (num_layers, side) in enumerate(zip(spec.block_config, sides, strict=True), 1):
        here = f"features.denseblock{block}"
        keep(f"{here} input", _SOURCE, width, side)
        widths = block_widths(width, num_layers, spec.growth_rate)
        for layer, channels in enumerate(widths[:-1], 1):
            prefix = f"{here}.denselayer{layer}."
            if not memory_efficient:
                if layer > 1:  # the first layer reads the block's input itself
                    keep(f"{prefix}cat", _CAT, channels, side)
                statistics(f"{prefix}norm1", channels)
                keep(f"{prefix}relu1", _NORMED, channels, side)
            if spec.bn_size is not None:
                squeezed = spec.bn_size * spec.growth_rate
                keep(f"{prefix}conv1", _BOTTLENECK, squeezed, side)
                statistics(f"{prefix}norm2", squeezed)
                keep(f"{prefix}relu2", _BOTTLENECK, squeezed, side)
            if memory_efficient and layer < num_layers:  # nobody inside reads the last one's
                keep(f"{prefix}output", _SOURCE, spec.growth_rate, side)
        width = widths[-1]
        last = block == len(sides)
        name = f"features.norm{block + 1}" if last else f"features.transition{block}."
        keep(f"{here} output", _AROUND, width, side)
        statistics(name if last else f"{name}norm", width)
        if last:
            keep("relu", _AROUND, width, side)
            keep("pool", _AROUND, width, 1)
        else:
            keep(f"{name}relu", _AROUND, width, side)
            width = compressed_width(width, spec.compression)
            keep(f"{name}conv", _AROUND, width, side)
    return kept


def saved_bytes_of(spec: DenseNetSpec, image_size: int, **how) -> int:
    """Bytes that autograd keeps between the forward and the backward pass of a net.

    Args:
        spec, image_size: as in ``kept_tensors``.
        how: batch_size, memory_efficient, training, bytes_per_value, as there.

    Raises:
        ValueError: as ``kept_tensors``.
    """
    return sum(tensor.num_bytes for tensor in kept_tensors(spec, image_size, **how))


def kept_by_kind(spec: DenseNetSpec, image_size: int, **how) -> dict[str, int]:
    """The kept bytes, summed for each of ``KEPT_KINDS``, in that order, zeros included.

    Arguments and errors as in ``saved_bytes_of``.
    """
    kinds = dict.fromkeys(KEPT_KINDS, 0)
    for tensor in kept_tensors(spec, image_size, **how):
        kinds[tensor.kind] += tensor.num_bytes
    return kinds


def training_bytes(
    spec: DenseNetSpec,
    image_size: int,
    *,
    batch_size: int = 1,
    memory_efficient: bool = False,
    bytes_per_value: int = 4,
) -> int:
    """Bytes of the tensors of one training step by SGD with momentum, as a sum.

    The kept tensors, the images, and the parameters three times: themselves, their gradients,
    their momentum. This is not the peak: a real step needs temporary tensors and workspace as
    well, and need not hold all gradients and all kept tensors at once.

    Arguments and errors as in ``kept_tensors``.
    """
    kept = saved_bytes_of(
        spec,
        image_size,
        batch_size=batch_size,
        memory_efficient=memory_efficient,
        bytes_per_value=bytes_per_value,
    )
    images = batch_size * spec.in_channels * image_size**2
    return kept + bytes_per_value * (images + 3 * count_parameters(spec))


def largest_batch(
    spec: DenseNetSpec,
    image_size: int,
    memory: int,
    *,
    memory_efficient: bool = False,
    bytes_per_value: int = 4,
) -> int:
    """The most images whose ``training_bytes`` fit into a memory; 0 if not even one does.

    Args:
        spec, image_size, memory_efficient, bytes_per_value: as in ``training_bytes``.
        memory: bytes.

    Raises:
        ValueError: if ``memory`` is not a positive integer, and as ``training_bytes``.
    """
    check_positive_int(memory=memory)
    how = {"memory_efficient": memory_efficient, "bytes_per_value": bytes_per_value}
    one, two = (training_bytes(spec, image_size, batch_size=n, **how) for n in (1, 2))
    per_image = two - one  # all that grows with the batch grows linearly
    return max(0, (memory - (one - per_image)) // per_image)

"""How strongly each reader weighs each source: by its filters alone, and by what they meet."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from densenet_lessons.probes.mode import mode_of
from densenet_lessons.probes.readers import Block, as_batch, block_of, check_images
from densenet_lessons.probes.walk import sources_of


@dataclass(frozen=True)
class LinkMap:
    """A number for each link of one dense block, source by reader.

    ``values`` has shape (sources, readers), with nan where a reader stands before a source.
    Sources are the block's input and its layers; readers its layers and what follows the block.
    """

    block: int
    sources: tuple[str, ...]
    readers: tuple[str, ...]
    values: np.ndarray


def filter_weight_map(model: nn.Module, *, block: int = 1) -> LinkMap:
    """Mean absolute weight with which each reader's filters read each source.

    Paper: section 5, "Feature Reuse", Figure 5: the L1 norm of the weights that connect source
    s to reader l, divided by how many they are. The reader's first convolution counts (the 1x1
    one of a bottleneck layer), the transition's, and for the last block the classifier.

    Args:
        model: a ``DenseNet``, ours or torchvision's.
        block: which dense block, from 1 on.

    Raises:
        ValueError: if the model is no DenseNet or has no such block.
    """
    found = block_of(model, block)
    return _averaged(found, [reader.weight.detach().abs() for reader in found.readers])


def read_weight_map(
    model: nn.Module, images: Tensor, *, block: int = 1, after: str = "relu", batch_size: int = 50
) -> LinkMap:
    """The filter-weight map with the spread of what each weight multiplies.

    A weight acts on a channel that the reader's own norm has scaled: |w| times the standard
    deviation of that channel over images and pixels. Moving a factor from the norm into the
    weights leaves this map as it is, and the net as well. Taken behind the norm, the spread is
    |gamma| * s / sqrt(v + eps) with s the source's spread and v the running variance; behind
    the ReLU, where the filters stand, it is measured.

    Args:
        model: a ``DenseNet``, ours or torchvision's. It runs in eval mode.
        images: (N, C, H, W), over which spreads are taken; bytes are scaled to 0 ... 1.
        block: which dense block, from 1 on.
        after: "norm" or "relu", where the spread is taken.
        batch_size: images at a time.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    if after not in ("norm", "relu"):
        raise ValueError(f"after must be 'norm' or 'relu', got {after!r}")
    check_images(images, at_least=2)
    found = block_of(model, block)
    sums = [torch.zeros(2, reader.norm.num_features).double() for reader in found.readers]
    values = 0
    with mode_of(model, training=False), torch.no_grad():
        for part in images.split(batch_size):
            joined = torch.cat(sources_of(found, as_batch(model, part)), 1)
            values += joined[:, 0].numel()
            for reader, total in zip(found.readers, sums, strict=True):
                x = reader.norm(joined[:, : reader.norm.num_features])
                x = (F.relu(x) if after == "relu" else x).double()
                total += torch.stack([x.sum((0, 2, 3)), x.square().sum((0, 2, 3))]).cpu()
    spreads = [
        (square / values - (mean / values) ** 2).clamp(min=0).sqrt() for mean, square in sums
    ]
    return _averaged(
        found,
        [
            reader.weight.detach().abs().cpu().double() * spread[:, None, None]
            for reader, spread in zip(found.readers, spreads, strict=True)
        ],
    )


def _averaged(block: Block, strengths: list[Tensor]) -> LinkMap:
    """The mean strength of each link, from one (filters, channels, h, w) a reader."""
    values = np.full((len(block.sources), len(block.readers)), np.nan)
    for source, reader in block.cells():
        values[source, reader] = strengths[reader][:, block.span(source)].mean().item()
    return LinkMap(block.number, block.sources, block.reader_names, values)

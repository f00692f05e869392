"""The sources of a dense block for a batch of images."""

from torch import Tensor

from densenet_lessons.probes.readers import Block


def sources_of(block: Block, batch: Tensor) -> list[Tensor]:
    """What the block's readers read: its input, then what each of its layers adds."""
    x = batch
    for module in block.before:
        x = module(x)
    features = [x]
    for layer in block.layers:
        features.append(layer(features))
    return features

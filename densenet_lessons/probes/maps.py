"""The feature maps inside a dense block, apart by the layer that made them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from densenet_lessons.densenet import check_positive_int
from densenet_lessons.probes.mode import mode_of


@dataclass(frozen=True)
class SourceMaps:
    """The channels that one source added to a dense block.

    ``source`` is 0 for the block's input and l for layer l; ``maps`` has shape (channels, H, W).
    """

    source: int
    maps: np.ndarray


def feature_maps(model: nn.Module, image: Tensor, *, block: int = 1) -> list[SourceMaps]:
    """The feature maps inside one dense block, apart by the layer that made them.

    The net runs once, in eval mode. What the block puts out is the concatenation of these maps
    in this order.

    Args:
        model: a ``DenseNet``, or a ``DenseBlock`` alone. Blocks are known by their layers'
            names, so torchvision's nets work as well.
        image: (C, H, W) or (1, C, H, W).
        block: which dense block, from 1 on.

    Raises:
        ValueError: if the model has no such block, or ``image`` is not one image.
    """
    check_positive_int(block=block)
    batch = image.unsqueeze(0) if image.ndim == 3 else image
    if batch.ndim != 4 or len(batch) != 1:
        raise ValueError(
            f"image must have shape (C, H, W) or (1, C, H, W), got {tuple(image.shape)}"
        )
    blocks = [module for module in model.modules() if hasattr(module, "denselayer1")]
    if block > len(blocks):
        raise ValueError(f"block must be at most {len(blocks)} for this model, got {block}")
    chosen, caught = blocks[block - 1], {}
    handles = [
        chosen.register_forward_pre_hook(lambda _, inputs: caught.update({0: inputs[0]})),
        *(
            layer.register_forward_hook(lambda _, __, out, index=index: caught.update({index: out}))
            for index, layer in enumerate(chosen.children(), 1)
        ),
    ]
    parameter = next(model.parameters())
    try:
        with mode_of(model, training=False), torch.no_grad():
            model(batch.to(parameter.device, parameter.dtype))
    finally:
        for handle in handles:
            handle.remove()
    return [
        SourceMaps(source, caught[source][0].float().cpu().numpy().copy())
        for source in sorted(caught)
    ]

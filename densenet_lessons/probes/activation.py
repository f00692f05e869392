"""At which pixels the evidence of the classifier arrives: class activation maps."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from densenet_lessons.probes.mode import mode_of
from densenet_lessons.probes.readers import as_batch, block_of, number_of_blocks
from densenet_lessons.probes.walk import sources_of


@dataclass(frozen=True)
class ClassActivation:
    """What each pixel of the last maps says for each class.

    ``maps`` is (classes, h, w), ``bias`` and ``logits`` (classes,): the mean of a class's map
    plus its bias is its logit.
    """

    maps: np.ndarray
    bias: np.ndarray
    logits: np.ndarray


def class_activation_maps(model: nn.Module, image: Tensor) -> ClassActivation:
    """A map for each class: the classifier applied at each pixel, before the mean over pixels.

    Zhou et al. (arXiv 1512.04150). A net that ends in global average pooling and one linear
    layer gives them for free, since both are linear and may be swapped.

    Args:
        model: a ``DenseNet``, ours or torchvision's. It runs in eval mode.
        image: (C, H, W) or (1, C, H, W); bytes are scaled to 0 ... 1.

    Raises:
        ValueError: if the model is no DenseNet, or ``image`` is not one image.
    """
    batch = image.unsqueeze(0) if image.ndim == 3 else image
    if batch.ndim != 4 or len(batch) != 1:
        raise ValueError(
            f"image must have shape (C, H, W) or (1, C, H, W), got {tuple(image.shape)}"
        )
    block_of(model, 1)  # refuses what is no DenseNet
    last = block_of(model, number_of_blocks(model))
    with mode_of(model, training=False), torch.no_grad():
        x = torch.cat(sources_of(last, as_batch(model, batch)), 1)
        for module in last.after:
            x = module(x)
        maps = torch.einsum("kc,chw->khw", model.classifier.weight, F.relu(x)[0])
        bias = model.classifier.bias
        logits = maps.mean((1, 2)) + bias
    return ClassActivation(
        *(part.detach().float().cpu().numpy().copy() for part in (maps, bias, logits))
    )

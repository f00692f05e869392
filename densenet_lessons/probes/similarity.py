"""How alike are the maps of two layers? Linear CKA, and what a layer adds to what it read."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from densenet_lessons.probes.mode import mode_of
from densenet_lessons.probes.readers import as_batch, block_of, check_images, number_of_blocks
from densenet_lessons.probes.walk import sources_of


@dataclass(frozen=True)
class Similarity:
    """A number for each pair of sources of a net: ``values`` (n, n), ``names`` n of them.

    A name tells block and source: "1 input", "1 layer 1", ...
    """

    names: tuple[str, ...]
    values: np.ndarray


def linear_cka(first: Tensor, second: Tensor, *, debiased: bool = True) -> float:
    """Linear centred kernel alignment of two sets of features of the same examples.

    Kornblith et al. (arXiv 1905.00414): 1 where one is the other, turned and scaled as a whole,
    0 where they share nothing. With fewer examples than features the plain estimate is high
    for any two; ``debiased`` takes the estimate of Nguyen et al. (arXiv 2010.15327), which is
    near 0 for unrelated ones, and may be a little below.

    Args:
        first: (n, p), a row for each example.
        second: (n, q), the same examples in the same order.
        debiased: needs at least 4 examples.

    Raises:
        ValueError: if the shapes don't fit, there are too few examples, or one set is constant.
    """
    if first.ndim != 2 or second.ndim != 2 or len(first) != len(second):
        raise ValueError(
            f"first and second must be (n, p) and (n, q), got {tuple(first.shape)} "
            f"and {tuple(second.shape)}"
        )
    fewest = 4 if debiased else 2
    if len(first) < fewest:
        raise ValueError(f"first must have at least {fewest} examples, got {len(first)}")
    one, two = (_gram(features, debiased) for features in (first, second))
    scale = ((one * one).sum() * (two * two).sum()).sqrt().item()
    if not scale > 0:
        raise ValueError("first and second must vary from example to example, got a constant one")
    return (one * two).sum().item() / scale


def _gram(features: Tensor, debiased: bool) -> Tensor:
    """Centred products of all pairs of examples; the entry-wise product of two sums to an HSIC."""
    x = features.double()
    products = (x - x.mean(0)) @ (x - x.mean(0)).T
    if not debiased:
        return products
    # Szekely and Rizzo's U-centring, after which an example is not compared with itself.
    n = len(x)
    products.fill_diagonal_(0)
    rows = products.sum(1) / (n - 2)
    products = products - rows[:, None] - rows[None] + products.sum() / ((n - 1) * (n - 2))
    return products.fill_diagonal_(0)


def layer_similarity(
    model: nn.Module, images: Tensor, *, debiased: bool = True, batch_size: int = 50
) -> Similarity:
    """Linear CKA between the maps of all sources of a net, over blocks.

    An example is an image, its features are all values of all maps of a source.

    Args:
        model: a ``DenseNet``, ours or torchvision's. It runs in eval mode.
        images: (N, C, H, W), at least 4; bytes are scaled to 0 ... 1.
        debiased: as in ``linear_cka``.
        batch_size: images at a time.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    check_images(images, at_least=4)
    names, grams = [], []
    with mode_of(model, training=False), torch.no_grad():
        for number in range(1, number_of_blocks(model) + 1):
            block = block_of(model, number)
            parts = [sources_of(block, as_batch(model, part)) for part in images.split(batch_size)]
            for name, *maps in zip(block.sources, *parts, strict=True):
                names.append(f"{number} {name}")
                grams.append(_gram(torch.cat([m.flatten(1) for m in maps]), debiased).cpu())
    flat = torch.stack(grams).flatten(1)
    flat = flat / flat.norm(dim=1, keepdim=True)
    return Similarity(tuple(names), (flat @ flat.T).numpy())


def explained_by_sources(
    model: nn.Module, images: Tensor, *, block: int = 1, batch_size: int = 50
) -> np.ndarray:
    """Share of each layer's variance that a 1x1 convolution of what it reads could give.

    Ordinary least squares over all pixels of all images, one value a layer, the mean over its
    channels weighted by their variance. 1 means that the layer adds nothing that a linear mix
    of its sources would not hold at the same pixel.

    Args:
        model, images, block, batch_size: as in ``read_weight_map``.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    check_images(images, at_least=2)
    found = block_of(model, block)
    total, moments, count = 0, 0, 0
    with mode_of(model, training=False), torch.no_grad():
        for part in images.split(batch_size):
            joined = torch.cat(sources_of(found, as_batch(model, part)), 1)
            x = joined.movedim(1, 0).flatten(1).double()  # (channels, N * H * W)
            total, moments, count = total + x.sum(1), moments + x @ x.T, count + x.shape[1]
    mean = total / count
    covariance = (moments / count - mean[:, None] * mean[None]).cpu()
    shares = []
    for layer in range(1, len(found.sources)):
        own = found.span(layer)
        read = covariance[: own.start, : own.start]
        across = covariance[: own.start, own]
        fitted = torch.linalg.pinv(read, hermitian=True, rtol=1e-10) @ across
        shares.append((across * fitted).sum().item() / covariance[own, own].trace().item())
    return np.array(shares)

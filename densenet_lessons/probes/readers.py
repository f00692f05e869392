"""Who reads what in a dense block: the sources' channels, and each reader's norm and weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from densenet_lessons.densenet import check_positive_int


@dataclass(frozen=True)
class Reader:
    """What reads a concatenation of sources: a layer, or what follows the block.

    ``module`` is what the concatenation (or the list of sources) is handed to, ``norm`` the
    batch norm that it meets first, ``weight`` (filters, channels, h, w) what multiplies it then.
    """

    name: str
    module: nn.Module
    norm: nn.BatchNorm2d
    weight: Tensor


@dataclass(frozen=True)
class Block:
    """A dense block with its readers, and the modules that stand before and behind it."""

    number: int
    before: tuple[nn.Module, ...]
    layers: tuple[nn.Module, ...]
    after: tuple[nn.Module, ...]
    readers: tuple[Reader, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources: the block's input, then its layers."""
        return ("input", *(f"layer {index}" for index in range(1, len(self.layers) + 1)))

    @property
    def reader_names(self) -> tuple[str, ...]:
        return tuple(reader.name for reader in self.readers)

    def span(self, source: int) -> slice:
        """The channels of one source in any concatenation that holds it."""
        ends = [0, *(reader.norm.num_features for reader in self.readers)]
        return slice(ends[source], ends[source + 1])

    def cells(self) -> Iterator[tuple[int, int]]:
        """Each pair (source, reader) that is a link, by place: reader l reads sources 0 to l."""
        for reader in range(len(self.readers)):
            for source in range(reader + 1):
                yield source, reader


def block_of(model: nn.Module, block: int) -> Block:
    """One dense block of a DenseNet, ours or torchvision's, by its number from 1 on.

    Raises:
        ValueError: if ``model`` is no DenseNet with running statistics, or has no such block.
    """
    check_positive_int(block=block)
    children = list(getattr(model, "features", nn.Module()).named_children())
    places = [at for at, (_, child) in enumerate(children) if hasattr(child, "denselayer1")]
    if not places or not isinstance(getattr(model, "classifier", None), nn.Linear):
        raise ValueError(
            "model must be a DenseNet, with blocks in features and a linear classifier, "
            f"got {type(model).__name__}"
        )
    if block > len(places):
        raise ValueError(f"block must be at most {len(places)} for this model, got {block}")
    at = places[block - 1]
    modules = tuple(child for _, child in children)
    layers, after = tuple(modules[at].children()), modules[at + 1 :]
    readers = [
        Reader(f"layer {index}", layer, layer.norm1, layer.conv1.weight)
        for index, layer in enumerate(layers, 1)
    ]
    if isinstance(after[0], nn.BatchNorm2d):
        weight = model.classifier.weight[:, :, None, None]
        readers.append(Reader("classifier", after[0], after[0], weight))
    else:
        readers.append(Reader("transition", after[0], after[0].norm, after[0].conv.weight))
    for reader in readers:
        if reader.norm.running_mean is None:
            raise ValueError(
                f"model must keep running statistics, got none in the norm of {reader.name}"
            )
    assert all(one.norm.num_features < two.norm.num_features for one, two in pairwise(readers))
    return Block(block, modules[:at], layers, after, tuple(readers))


def number_of_blocks(model: nn.Module) -> int:
    """Dense blocks of a DenseNet, ours or torchvision's."""
    return sum(hasattr(child, "denselayer1") for child in model.features.children())


def logits_of(model: nn.Module, features: Tensor) -> Tensor:
    """(N, m, h, w) behind the last norm -> (N, classes), as DenseNets end: ReLU, mean, linear."""
    return model.classifier(F.relu(features).mean((2, 3)))


def as_batch(model: nn.Module, images: Tensor) -> Tensor:
    """Images as the model takes them: on its device, of its type, bytes scaled to 0 ... 1."""
    first = next(model.parameters())
    scale = 1 if images.is_floating_point() else 255
    return images.to(first.device, first.dtype) / scale


def check_images(images: Tensor, *, at_least: int = 1) -> None:
    """ValueError unless ``images`` is a batch (N, C, H, W) of so many images."""
    if images.ndim != 4 or len(images) < at_least:
        raise ValueError(
            f"images must be a batch (N, C, H, W) of at least {at_least}, got {tuple(images.shape)}"
        )

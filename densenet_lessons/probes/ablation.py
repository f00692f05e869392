"""What a net loses when one source of a dense block falls silent."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from densenet_lessons.densenet import check_positive_int
from densenet_lessons.probes.mode import mode_of
from densenet_lessons.probes.readers import (
    Block,
    Reader,
    as_batch,
    block_of,
    check_images,
    logits_of,
)
from densenet_lessons.probes.walk import sources_of


@dataclass(frozen=True)
class Link:
    """The way from a source to a reader of one dense block.

    ``source`` is 0 for the block's input and l for layer l; ``reader`` is l for layer l, one
    more than the layers for what follows the block, and None for all that read the source.
    """

    block: int
    source: int
    reader: int | None = None


@dataclass(frozen=True)
class Ablation:
    """What silence costs, for each link of one block and for each source as a whole.

    ``accuracy_lost`` and ``loss_gained`` have shape (sources, readers), with nan where there is
    no link; the two that end in ``_by_source`` have shape (sources,), for all readers at once.
    ``accuracy`` and ``loss`` (mean cross-entropy) are those of the whole net on ``images`` images.
    """

    block: int
    sources: tuple[str, ...]
    readers: tuple[str, ...]
    images: int
    accuracy: float
    loss: float
    accuracy_lost: np.ndarray
    loss_gained: np.ndarray
    accuracy_lost_by_source: np.ndarray
    loss_gained_by_source: np.ndarray


@contextmanager
def silence(model: nn.Module, *links: Link) -> Iterator[None]:
    """Within the context, each link carries no information.

    A reader then meets the source's channels at the running mean of its own norm, in every
    image and at every pixel, so its norm puts out a constant there: its shift. All readers of
    a channel share that mean, as long as their statistics come from the same batches.

    Args:
        model: a ``DenseNet``, ours or torchvision's; in eval mode, if running means are to hold.
        links: which ones.

    Raises:
        ValueError: if a link is not there.
    """
    with ExitStack() as stack:
        for link in links:
            block = block_of(model, link.block)
            for reader in _readers_of(block, link):
                hook = _quiet(block, reader, link.source)
                stack.callback(reader.module.register_forward_pre_hook(hook).remove)
        yield


def _readers_of(block: Block, link: Link) -> Iterable[Reader]:
    layers = len(block.layers)
    if not 0 <= link.source <= layers:
        raise ValueError(f"source must be from 0 to {layers} for this block, got {link.source}")
    if link.reader is None:
        return block.readers[link.source :]
    if not link.source < link.reader <= layers + 1:
        raise ValueError(
            f"reader must be from {link.source + 1} to {layers + 1} for source {link.source}, "
            f"got {link.reader}"
        )
    return [block.readers[link.reader - 1]]


def _quiet(block: Block, reader: Reader, source: int):
    def hook(module: nn.Module, inputs: tuple) -> tuple:
        if isinstance(inputs[0], Tensor):
            widths = [block.span(s) for s in range(block.readers.index(reader) + 1)]
            sources = [inputs[0][:, span] for span in widths]
            return (torch.cat(_silent(block, reader, sources, source), 1), *inputs[1:])
        return (_silent(block, reader, list(inputs[0]), source), *inputs[1:])

    return hook


def _silent(block: Block, reader: Reader, sources: list[Tensor], source: int) -> list[Tensor]:
    """The sources as ``reader`` meets them when one of them says nothing."""
    mean = reader.norm.running_mean[block.span(source)].view(1, -1, 1, 1)
    constant = torch.empty_like(sources[source]).copy_(mean)  # in the memory format of the others
    return [*sources[:source], constant, *sources[source + 1 :]]


def ablate(
    model: nn.Module, images: Tensor, labels: Tensor, *, block: int = 1, batch_size: int = 50
) -> Ablation:
    """Silence each source of a block for each of its readers, and for all; measure the net.

    What lies before a silenced link is computed once for all of them.

    Args:
        model: a ``DenseNet``, ours or torchvision's. It runs in eval mode.
        images: (N, C, H, W); bytes are scaled to 0 ... 1.
        labels: (N,), the class of each image.
        block: which dense block, from 1 on.
        batch_size: images at a time; the result does not depend on it.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    check_images(images)
    check_positive_int(batch_size=batch_size)
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must have shape ({len(images)},), got {tuple(labels.shape)}")
    found = block_of(model, block)
    cells, sources = list(found.cells()), range(len(found.sources))
    trials = [(None, ()), *((s, (r,)) for s, r in cells)]
    trials += [(source, range(source, len(found.readers))) for source in sources]
    right, loss = np.zeros(len(trials)), np.zeros(len(trials))
    with mode_of(model, training=False), torch.no_grad():
        for part, truth in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            # Channels last in memory: the same values, in two thirds of the time on a CPU.
            batch = as_batch(model, part).to(memory_format=torch.channels_last)
            features = sources_of(found, batch)
            truth = truth.to(features[0].device)
            for at, (source, readers) in enumerate(trials):
                logits = _continue(model, found, features, source, readers).double()
                right[at] += (logits.argmax(1) == truth).sum().item()
                loss[at] += F.cross_entropy(logits, truth, reduction="sum").item()
    right, loss = right / len(images), loss / len(images)
    lost, gained = right[0] - right[1:], loss[1:] - loss[0]
    return Ablation(
        block=block,
        sources=found.sources,
        readers=found.reader_names,
        images=len(images),
        accuracy=float(right[0]),
        loss=float(loss[0]),
        accuracy_lost=_table(found, lost[: len(cells)]),
        loss_gained=_table(found, gained[: len(cells)]),
        accuracy_lost_by_source=lost[len(cells) :],
        loss_gained_by_source=gained[len(cells) :],
    )


def _continue(
    model: nn.Module, block: Block, features: list[Tensor], source: int | None, readers: Iterable
) -> Tensor:
    """Logits when ``source`` is silent for ``readers``, from the first of them on."""
    first = min(readers, default=len(block.layers))
    seen = features[: first + 1]
    for index in range(first, len(block.layers)):
        heard = _silent(block, block.readers[index], seen, source) if index in readers else seen
        seen = [*seen, block.layers[index](heard)]
    last = len(block.layers)
    heard = _silent(block, block.readers[last], seen, source) if last in readers else seen
    x = torch.cat(heard, 1)
    for module in block.after:
        x = module(x)
    return logits_of(model, x)


def _table(block: Block, values: np.ndarray) -> np.ndarray:
    table = np.full((len(block.sources), len(block.readers)), np.nan)
    for (source, reader), value in zip(block.cells(), values, strict=True):
        table[source, reader] = value
    return table

"""What the panel asks the zoo's nets: a link's weights, and the answer when something is silent."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from densenet_lessons.data import FASHION_CLASSES
from densenet_lessons.experiments import LinkRecord, load_reuse
from densenet_lessons.panels.growth_rate.nets import net_of, pictures, widths
from densenet_lessons.probes import Link, silence
from densenet_lessons.training import one_thread


@lru_cache(maxsize=64)
def links_of(growth_rate: int, block: int) -> dict[tuple[int, int], LinkRecord]:
    """The record of each link of a block, by source and reader."""
    found = load_reuse().links_of(growth_rate=growth_rate, block=block)
    return {(link.source, link.reader): link for link in found}


def lost_without(growth_rate: int, block: int, source: int) -> float:
    """The accuracy that is lost when a source is silent for all its readers."""
    return next(
        record.accuracy_lost
        for record in load_reuse().sources
        if (record.growth_rate, record.block, record.source) == (growth_rate, block, source)
    )


def weights_of(growth_rate: int, block: int, source: int, reader: int) -> np.ndarray:
    """The weights of a link, a row a filter, a column a channel of the source."""
    model, _ = net_of(growth_rate)
    if reader <= 3:
        name = f"features.denseblock{block}.denselayer{reader}.conv1"
    else:
        name = f"features.transition{block}.conv" if block < 3 else "classifier"
    weight = model.get_submodule(name).weight
    counts = widths(growth_rate, block, 3)
    start = sum(counts[:source])
    return weight.detach().flatten(1)[:, start : start + counts[source]].numpy()


@lru_cache(maxsize=512)
@one_thread()
def silent_shares(
    growth_rate: int, image: str, block: int, source: int, reader: int | None
) -> dict[str, float]:
    """What the net gives each class when a source is silent, for one reader or (None) for all."""
    model, _ = net_of(growth_rate)
    with torch.no_grad(), silence(model, Link(block, source, reader)):
        logits = model(pictures()[image].unsqueeze(0))[0]
    return dict(zip(FASHION_CLASSES, logits.softmax(0).tolist(), strict=True))

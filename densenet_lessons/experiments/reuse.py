"""Who reads whose features in the nets of the zoo: weights, and what silence costs.

``python -m densenet_lessons.experiments.reuse`` measures it again, in about ten minutes, and
writes the record that ships.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache

import torch

from densenet_lessons.data import ASSETS, damaged, load_images, read_json
from densenet_lessons.experiments.zoo import GROWTH_RATES, trained_densenet
from densenet_lessons.probes import ablate, filter_weight_map, read_weight_map

RECORD = ASSETS / "reuse.json"
#: Training images over which the spread of what a filter reads is taken.
SPREAD_IMAGES = 500
_DIGITS = 5


@dataclass(frozen=True)
class LinkRecord:
    """One link of a net of the zoo, from a source to a reader of one block.

    ``source`` is 0 for the block's input and l for layer l, ``reader`` is l for layer l and 4
    for what follows the block's three layers. ``filter_weight`` is the mean absolute weight,
    ``read_weight`` the mean of absolute weight times spread behind norm and ReLU, ``norm_weight``
    that with the spread taken behind the norm. ``accuracy_lost`` and ``loss_gained`` are what
    silence costs on the test images that ship.
    """

    growth_rate: int
    block: int
    source: int
    reader: int
    filter_weight: float
    norm_weight: float
    read_weight: float
    accuracy_lost: float
    loss_gained: float


@dataclass(frozen=True)
class SourceRecord:
    """What it costs to silence one source of a block for all its readers."""

    growth_rate: int
    block: int
    source: int
    accuracy_lost: float
    loss_gained: float


@dataclass(frozen=True)
class ReuseRecord:
    """Every link and every source of the six nets, and on how many test images it was measured."""

    images: int
    links: tuple[LinkRecord, ...]
    sources: tuple[SourceRecord, ...]

    def links_of(self, *, growth_rate: int, block: int | None = None) -> list[LinkRecord]:
        """The links of one net, or of one of its blocks."""
        return [
            link
            for link in self.links
            if link.growth_rate == growth_rate and block in (None, link.block)
        ]


@cache
def load_reuse() -> ReuseRecord:
    """The record that ships.

    Raises:
        FileNotFoundError, RuntimeError: if the file is missing or damaged, with the command
            that restores it.
    """
    content = read_json(RECORD)
    try:
        return ReuseRecord(
            images=content["images"],
            links=tuple(LinkRecord(**link) for link in content["links"]),
            sources=tuple(SourceRecord(**source) for source in content["sources"]),
        )
    except (KeyError, TypeError) as error:
        raise damaged(RECORD, repr(error)) from error


def measure_block(growth_rate: int, block: int) -> tuple[list[LinkRecord], list[SourceRecord]]:
    """Weights and costs of silence in one block of one net of the zoo.

    Args:
        growth_rate: k, which net.
        block: from 1 to 3.
    """
    model, _ = trained_densenet(growth_rate)
    test = load_images(split="test")
    images = load_images(split="train").images[:SPREAD_IMAGES]
    cost = ablate(model, test.images, test.labels, block=block)
    maps = {
        "filter_weight": filter_weight_map(model, block=block).values,
        "norm_weight": read_weight_map(model, images, block=block, after="norm").values,
        "read_weight": read_weight_map(model, images, block=block).values,
        "accuracy_lost": cost.accuracy_lost,
        "loss_gained": cost.loss_gained,
    }
    places = [(s, r) for s in range(len(cost.sources)) for r in range(s, len(cost.readers))]
    links = []
    for source, reader in places:
        found = {name: _rounded(values[source, reader]) for name, values in maps.items()}
        links.append(LinkRecord(growth_rate, block, source, reader + 1, **found))
    both = zip(cost.accuracy_lost_by_source, cost.loss_gained_by_source, strict=True)
    sources = [
        SourceRecord(growth_rate, block, at, *map(_rounded, pair)) for at, pair in enumerate(both)
    ]
    return links, sources


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure feature reuse in the zoo again.")
    parser.add_argument("--threads", type=int, help="CPU threads to use")
    if (threads := parser.parse_args(arguments).threads) is not None:
        torch.set_num_threads(threads)
    links, sources = [], []
    for growth_rate in GROWTH_RATES:
        for block in (1, 2, 3):
            print(f"growth rate {growth_rate}, block {block}", flush=True)
            more_links, more_sources = measure_block(growth_rate, block)
            links, sources = links + more_links, sources + more_sources
    store(links, sources)


def store(links: Sequence[LinkRecord], sources: Sequence[SourceRecord]) -> None:
    """Write the record, a link or a source a line."""
    head = {
        "title": "Who reads whose features in the zoo, and what silence costs",
        "made_by": "python -m densenet_lessons.experiments.reuse",
        "images": len(load_images(split="test")),
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    for name, entries in (("links", links), ("sources", sources)):
        rows = ",\n".join(f"    {json.dumps(asdict(entry))}" for entry in entries)
        lines.append(f'  "{name}": [\n{rows}\n  ]')
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf8", newline="\n")


if __name__ == "__main__":
    main()

"""The panel of lesson 07: who reads whom, and what happens when a source falls silent."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from densenet_lessons.data import FASHION_CLASSES
from densenet_lessons.experiments import GROWTH_RATES
from densenet_lessons.panels.base import Panel, Region, Scene, refusing
from densenet_lessons.panels.controls import choice, steps
from densenet_lessons.panels.growth_rate.nets import maps_of, net_of, pictures, shares_of
from densenet_lessons.panels.reuse import words
from densenet_lessons.panels.reuse.nets import (
    links_of,
    lost_without,
    silent_shares,
    weights_of,
)
from densenet_lessons.panels.reuse.picture import plot_links
from densenet_lessons.panels.reuse.words import LINK, MAPS, NOTHING, SILENCES, SOURCE, SOURCES

_BLOCKS = (1, 2, 3)
_READERS = {"layer 1": 1, "layer 2": 2, "layer 3": 3, "what follows": 4}


def reuse_explorer(growth_rate: int = 12, image: str = "shirt") -> Panel:
    """The map of a block's links in a net of the zoo, and the net's answer without some of them.

    Controls: ``growth_rate``, ``block`` (1 to 3), ``map`` ("|w|", "|w| × spread", "accuracy
    lost"), ``image`` (a garment of each class), ``source`` (0 for the block's input, or a layer),
    ``reader`` (a layer, or 4 for what follows the block; those that read the source are on
    offer), ``silence`` ("nothing", "this link", "this source").

    Raises:
        ValueError: if ``growth_rate`` or ``image`` is not on offer.
    """
    for name, value, offered in [
        ("growth_rate", growth_rate, GROWTH_RATES),
        ("image", image, FASHION_CLASSES),
    ]:
        if value not in offered:
            listed = ", ".join(map(str, offered))
            raise ValueError(f"{name} must be one of {listed}, got {value!r}")
    return ReuseExplorer(growth_rate, image)


class ReuseExplorer(Panel):
    """The panel behind ``reuse_explorer``: the readers on offer follow the source."""

    sentence_lines = 3

    def __init__(self, growth_rate: int, image: str) -> None:
        with suppress(FileNotFoundError, RuntimeError):  # told when the panel is drawn
            shares_of(growth_rate)
        controls = {
            "growth_rate": steps("growth rate k", GROWTH_RATES, growth_rate),
            "block": choice("block", _BLOCKS, 2),
            "image": choice("image", FASHION_CLASSES, image),
            "map": choice("map", tuple(MAPS), "|w|"),
            "source": choice("source", {name: at for at, name in enumerate(SOURCES)}, 0),
            "reader": choice("reader", _READERS, 3),
            "silence": choice("silence", SILENCES, NOTHING),
        }
        super().__init__("Reuse explorer", controls, scale=2)

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        """Readers stand behind their source."""
        return {"reader": range(values["source"] + 1, 5)}

    def leaves(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"silence": NOTHING}

    def draw(
        self,
        growth_rate: int,
        block: int,
        image: str,
        map: str,
        source: int,
        reader: int,
        silence: str,
    ) -> Scene:
        with refusing((FileNotFoundError, RuntimeError)):
            links, before = links_of(growth_rate, block), shares_of(growth_rate)[image]
            net_of(growth_rate)
        silent, now = [], before
        if silence == LINK:
            silent = [(source, reader)]
            now = silent_shares(growth_rate, image, block, source, reader)
        elif silence == SOURCE:
            silent = [place for place in links if place[0] == source]
            now = silent_shares(growth_rate, image, block, source, None)
        maps = maps_of(growth_rate, image, block)[source].maps
        weights = weights_of(growth_rate, block, source, reader)
        picture, boxes = plot_links(
            {place: getattr(link, MAPS[map]) for place, link in links.items()},
            [words.reader_name(block, number) for number in range(1, 5)],
            (source, reader),
            digits=2 if map == "|w|" else 3,
            silent=silent, maps=maps, weights=weights, image=pictures()[image][0].numpy(),
            before=before, now=now, right=image,
        )  # fmt: skip
        regions = [
            Region(
                *boxes[place],
                words.link_label(link),
                {"source": place[0], "reader": place[1]},
                {"source": place[0], "reader": place[1], "silence": LINK},
            )
            for place, link in links.items()
        ]
        regions += [
            Region(
                *boxes["source", at],
                words.source_label(at, lost_without(growth_rate, block, at)),
                {"source": at, "silence": SOURCE},
            )
            for at in range(4)
        ]
        regions += [
            Region(*boxes["filters"], words.filters_label(block, source, reader, weights.shape)),
            Region(*boxes["maps"], words.maps_label(source, len(maps), image)),
            Region(*boxes["image"], f"What the net looks at: {image}, 28×28 pixels."),
        ]
        regions += [
            Region(*boxes[name], words.class_label(name, before[name], share, image))
            for name, share in now.items()
        ]
        link = links[source, reader]
        told = words.answer(image, silence, block, source, reader, before, now)
        sentence = f"{words.about_link(link, map)} {told}"
        return Scene(picture, words.alt(growth_rate, map, sentence, now), sentence, regions)

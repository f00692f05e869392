"""The course's main panel: move the growth rate, and see what each layer of a block adds."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any

import numpy as np

from densenet_lessons.experiments import GROWTH_RATES
from densenet_lessons.panels.base import FilmStep, Panel, Region, Scene, refusing
from densenet_lessons.panels.controls import choice, slider, steps
from densenet_lessons.panels.growth_rate import words
from densenet_lessons.panels.growth_rate.nets import (
    BLOCKS,
    PHOTO,
    map_likenesses,
    maps_of,
    net_of,
    pictures,
    shares_of,
    widths,
)
from densenet_lessons.panels.growth_rate.picture import plot_explorer
from densenet_lessons.panels.growth_rate.whole_net import plot_whole_net

ONE_BLOCK, WHOLE_NET = VIEWS = ("one block", "whole net")
_BLOCKS = {f"{block}: {words.SIDES[block]}×{words.SIDES[block]}": block for block in BLOCKS}
_LAYERS = (1, 2, 3)


def growth_rate_explorer(
    growth_rate: int = 12, image: str = "ankle boot", *, view: str = ONE_BLOCK
) -> Panel:
    """Feature maps and answers of the zoo's trained nets, for six growth rates.

    Controls: ``growth_rate``, ``view`` ("one block" or "whole net"), ``image`` (a garment of
    each class, or the photo), ``block`` (1 to 3), ``layers`` (how many layers' maps to show),
    ``map`` (the one to enlarge; as many are on offer as are shown). ``Play`` lets the maps
    appear in the order in which the net makes them.

    Raises:
        ValueError: if ``growth_rate``, ``image`` or ``view`` is not on offer.
    """
    for name, value, offered in [
        ("growth_rate", growth_rate, GROWTH_RATES),
        ("image", image, tuple(pictures())),
        ("view", view, VIEWS),
    ]:
        if value not in offered:
            listed = ", ".join(map(str, offered))
            raise ValueError(f"{name} must be one of {listed}, got {value!r}")
    return GrowthRateExplorer(growth_rate, image, view)


class GrowthRateExplorer(Panel):
    """The panel behind ``growth_rate_explorer``: the maps on offer follow the other settings."""

    sentence_lines = 3

    def __init__(self, growth_rate: int, image: str, view: str) -> None:
        for each in GROWTH_RATES:  # now rather than at the first step of the slider
            with suppress(FileNotFoundError, RuntimeError):
                shares_of(each)
        controls = {
            "growth_rate": steps("growth rate k", GROWTH_RATES, growth_rate),
            "view": choice("view", VIEWS, view),
            "block": choice("block", _BLOCKS, 1),
            "image": choice("image", tuple(pictures()), image),
            "layers": choice("layers", _LAYERS, 3),
            "map": slider("map", 0, sum(widths(growth_rate, 1, 3)) - 1, 0),
        }
        controls["map"].children[1].layout.width = "150px"  # so that it shares a row
        super().__init__("Growth rate explorer", controls, scale=2)

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        """As many maps as are shown."""
        shown = widths(values["growth_rate"], values["block"], values["layers"])
        return {"map": range(sum(shown))}

    def brings(self, moved: Mapping[str, Any]) -> dict[str, Any]:
        """A setting of one block shows it."""
        return {"view": ONE_BLOCK} if moved.keys() & {"block", "layers", "map"} else {}

    def leaves(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"view": WHOLE_NET}

    def draw(
        self, growth_rate: int, view: str, block: int, image: str, layers: int, map: int
    ) -> Scene:
        with refusing((FileNotFoundError, RuntimeError)):
            _, record = net_of(growth_rate)
        told = [words.about(record), words.answer(image, shares_of(growth_rate)[image])]
        if view == WHOLE_NET:
            return _whole_net(growth_rate, image, told)
        return _one_block(growth_rate, image, told, block, layers, map)


def _one_block(
    growth_rate: int, image: str, told: list[str], block: int, layers: int, chosen: int
) -> Scene:
    sources = [source.maps for source in maps_of(growth_rate, image, block)[: layers + 1]]
    counts = [len(maps) for maps in sources]
    owners = [source for source, count in enumerate(counts) for _ in range(count)]
    maps, alike = np.concatenate(sources), map_likenesses(growth_rate, image, block)
    shares, right = shares_of(growth_rate)[image], None if image == PHOTO else image
    seen = pictures()[image][0].numpy()
    picture, boxes = plot_explorer(
        sources, seen, chosen, likeness=alike[chosen], shares=shares, right=right
    )
    labels = {
        index: words.map_label(index, owners[index], block, maps[index], alike[index])
        for index in range(len(maps))
    }
    labels["enlarged"] = words.enlarged_label(chosen, maps[chosen])
    labels["image"] = words.image_label(image)
    labels |= {name: words.class_label(name, share, right) for name, share in shares.items()}
    names = list(boxes)
    regions = [
        Region(*boxes[name], labels[name], {"map": name} if isinstance(name, int) else {})
        for name in names
    ]
    made = [[index for index, owner in enumerate(owners) if owner == s] for s in range(layers + 1)]
    made[owners[chosen]].append(names.index("enlarged"))
    film = [FilmStep(words.enters(image), [names.index("image")])]
    film += _block_film(growth_rate, block, made)
    film.append(
        FilmStep(words.answers_later(block, shares), [names.index(name) for name in shares])
    )
    row = [like for like, owner in zip(alike, owners, strict=False) if owner == owners[chosen]]
    origin = words.origin(chosen, owners[chosen], sum(row) / len(row))
    told = [*told, words.widths(block, counts), origin]
    alt = words.block_alt(
        growth_rate, block, image, counts, chosen, maps[chosen], alike[chosen], shares
    )
    return Scene(picture, alt, " ".join(told), regions, film)


def _whole_net(growth_rate: int, image: str, told: list[str]) -> Scene:
    blocks = [[s.maps for s in maps_of(growth_rate, image, block)] for block in BLOCKS]
    counts = [[len(maps) for maps in sources] for sources in blocks]
    shares, right = shares_of(growth_rate)[image], None if image == PHOTO else image
    seen = pictures()[image][0].numpy()
    picture, boxes = plot_whole_net(blocks, seen, shares=shares, right=right)
    regions = [Region(*boxes["image"], words.image_label(image))]
    film = [FilmStep(words.enters(image), [0])]
    for block, sources in zip(BLOCKS, blocks, strict=True):
        alike, made = map_likenesses(growth_rate, image, block), []
        for source, maps in enumerate(sources):
            made.append(range(len(regions), len(regions) + len(maps)))
            for index, values in enumerate(maps, sum(counts[block - 1][:source])):
                label = words.map_label(index, source, block, values, alike[index])
                sets = {"view": ONE_BLOCK, "block": block, "layers": 3, "map": index}
                regions.append(Region(*boxes[block, index], label, sets))
        film += _block_film(growth_rate, block, made)
    film.append(
        FilmStep(
            words.answers(shares, sum(counts[-1])),
            range(len(regions), len(regions) + len(shares)),
        )
    )
    regions += [
        Region(*boxes[name], words.class_label(name, share, right))
        for name, share in shares.items()
    ]
    alt = words.net_alt(growth_rate, image, counts, shares)
    return Scene(picture, alt, " ".join([*told, words.net_widths(counts)]), regions, film)


def _block_film(growth_rate: int, block: int, made: Sequence[Sequence[int]]) -> list[FilmStep]:
    """The steps of one block: what makes its input, then its layers."""
    read = list(accumulate(widths(growth_rate, block, len(made) - 1)))
    before = sum(widths(growth_rate, block - 1, 3)) if block > 1 else None
    film = [FilmStep(words.starts(block, before, read[0]), made[0])]
    for layer in range(1, len(made)):
        step = words.grows(block, layer, read[layer - 1], growth_rate)
        film.append(FilmStep(step, made[layer]))
    return film

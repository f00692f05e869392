"""The memory explorer of lesson 08: bytes by kind, in both modes, and the largest batch."""

from __future__ import annotations

import re
from dataclasses import replace

from densenet_lessons.costs import (
    count_parameters,
    kept_by_kind,
    kept_tensors,
    largest_batch,
)
from densenet_lessons.densenet import IMAGENET_NETS, DenseNetSpec
from densenet_lessons.panels.base import Panel, Region, Scene, choice, refusing, slider, steps
from densenet_lessons.panels.memory import words
from densenet_lessons.panels.memory.picture import memory_image

#: Layers as the paper counts them -> layers in each block.
NETS = {name: IMAGENET_NETS[f"densenet{name}"].block_config for name in (121, 169, 201, 264)}
PIXELS = [32, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512]
BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
MEMORIES = [1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 80]
GB = 10**9


def memory_explorer() -> Panel:
    """Memory of a training step of the ImageNet nets, by formula, keeping and recomputing.

    Controls: ``layers``, ``growth_rate``, ``batch``, ``pixels``, ``memory`` in units of 10^9
    bytes, and ``mode``, "keep" or "recompute". A click on a bar chooses its mode.
    """
    controls = {
        "layers": choice("layers", list(NETS), 121),
        "growth_rate": slider("growth rate k", 8, 48, 32, step=8),
        "batch": steps("batch", BATCHES, 32),
        "pixels": steps("pixels", PIXELS, 128),
        "memory": steps("memory, GB", MEMORIES, 4),
        "mode": choice("mode", list(words.MODES), "keep"),
    }
    return MemoryExplorer("Memory explorer", controls, _draw, scale=2)


class MemoryExplorer(Panel):
    sentence_lines = 3


def spec_of(layers: int, growth_rate: int) -> DenseNetSpec:
    """The net that the controls mean: the stem gives 2k channels, as in the paper."""
    spec = IMAGENET_NETS[f"densenet{layers}"]
    return replace(spec, growth_rate=growth_rate, num_init_features=2 * growth_rate)


def _draw(layers: int, growth_rate: int, batch: int, pixels: int, memory: int, mode: str) -> Scene:
    spec = spec_of(layers, growth_rate)
    with refusing():
        bars = {name: _parts(spec, pixels, batch, name == "recompute") for name in words.MODES}
    how = {"batch_size": batch, "memory_efficient": mode == "recompute"}
    blocks = [f"block {block}" for block in range(1, len(spec.block_config) + 1)]
    places = dict.fromkeys(("stem", *blocks, "transitions", "head"), 0)
    for tensor in kept_tensors(spec, pixels, **how):
        places[_place(tensor.name)] += tensor.num_bytes
    image, pieces, boxes = memory_image(bars, places, memory * GB, mode)
    needs = {name: sum(parts.values()) for name, parts in bars.items()}
    regions = [
        Region(
            *box,
            words.about_part(name, part, bars[name][part], bars[name][part] / needs[name]),
            {"mode": name},
        )
        for (name, part), box in pieces.items()
    ]
    kept = sum(places.values())
    regions += [
        Region(*box, words.about_place(place, places[place], places[place] / kept))
        for place, box in boxes.items()
    ]
    largest = largest_batch(spec, pixels, memory * GB, memory_efficient=mode == "recompute")
    told = words.sentence(mode, batch, bars[mode], memory, largest, pixels)
    return Scene(image, words.alt(mode, needs, told), told, regions)


def _parts(spec: DenseNetSpec, pixels: int, batch: int, recompute: bool) -> dict[str, int]:
    """The bytes of a step by kind; together they are ``costs.training_bytes``."""
    return {
        **kept_by_kind(spec, pixels, batch_size=batch, memory_efficient=recompute),
        words.STATE: 12 * count_parameters(spec),
        words.IMAGES: 4 * batch * spec.in_channels * pixels**2,
    }


def _place(name: str) -> str:
    """The part of the net in which a kept tensor was made."""
    found = re.match(r"features\.denseblock(\d)", name)
    if found:
        return f"block {found[1]}"
    if name.startswith("features.transition"):
        return "transitions"
    return "stem" if name.endswith("0") else "head"

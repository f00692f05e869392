"""What the growth rate explorer says: sentence, alternative text, labels and the film's steps."""

from collections.abc import Mapping, Sequence

import numpy as np

from densenet_lessons.experiments import ZooRecord
from densenet_lessons.panels.growth_rate.nets import PHOTO

SIDES = {1: 28, 2: 14, 3: 7}
#: Each class with its article.
_A = {"ankle boot": "an ankle boot"}


def about(record: ZooRecord) -> str:
    return (
        f"k = {record.growth_rate}: {record.parameters:,} parameters, {record.macs / 1e6:.1f} "
        f"million multiply-adds for a picture, {record.test_accuracy:.1%} of 10,000 test "
        "pictures right."
    )


def answer(image: str, shares: Mapping[str, float]) -> str:
    said = max(shares, key=shares.get)
    called = _A.get(said, f"a {said}")
    if image == PHOTO:
        return f"It calls the photo {called}."
    if said == image:
        return f"It calls this {image} {called}, and is right."
    return f"It calls this {image} {called}, and is wrong."


def widths(block: int, counts: Sequence[int]) -> str:
    layers, total = len(counts) - 1, sum(counts)
    if layers == 1:
        return f"Block {block} starts with {counts[0]} channels, and after 1 layer it has {total}."
    return (
        f"Block {block} starts with {counts[0]} channels, and after {layers} layers it has {total}."
    )


def origin(index: int, source: int, mean: float) -> str:
    """Where a map comes from; ``mean`` is the mean likeness of all maps from there."""
    row = f"The mean likeness of that row is {mean:.2f}."
    if source == 0:
        return f"Map {index} comes from the block's input. {row}"
    return f"Map {index} comes from layer {source}. {row}"


def block_alt(
    growth_rate: int,
    block: int,
    image: str,
    counts: Sequence[int],
    chosen: int,
    values: np.ndarray,
    likeness: float,
    shares: Mapping[str, float],
) -> str:
    shown = (
        f"Feature maps in block {block} of the net with k = {growth_rate} for the picture "
        f"'{image}': {counts[0]} channels of the block's input, then {growth_rate} new ones "
        f"from each of {len(counts) - 1} layers, a row each."
    )
    if len(counts) == 2:
        shown = (
            f"Feature maps in block {block} of the net with k = {growth_rate} for the picture "
            f"'{image}': {counts[0]} channels of the block's input, and below them {growth_rate} "
            "new ones from layer 1."
        )
    return (
        f"{shown} Map {chosen}, enlarged, has values from {values.min():.2f} to "
        f"{values.max():.2f} and likeness {likeness:.2f} with the picture. The net says: "
        f"{_listed(shares)}."
    )


def net_alt(growth_rate: int, image: str, counts: Sequence[Sequence[int]], shares) -> str:
    first, second, third = (sum(block) for block in counts)
    return (
        f"All feature maps of the net with k = {growth_rate} for the picture '{image}', a row a "
        f"block: {first} maps of 28×28, {second} of 14×14 and {third} of 7×7. The net says: "
        f"{_listed(shares)}."
    )


def net_widths(counts: Sequence[Sequence[int]]) -> str:
    first, second, third = (sum(block) for block in counts)
    return (
        f"Its three blocks end with {first}, {second} and {third} channels. Click a map to see "
        "it enlarged in its block, or play the film."
    )


def map_label(index: int, source: int, block: int, values: np.ndarray, likeness: float) -> str:
    low, high = values.min(), values.max()
    if source == 0:
        return (
            f"Map {index} of block {block}, from the block's input: values from {low:.2f} to "
            f"{high:.2f}, likeness {likeness:.2f} with the picture."
        )
    return (
        f"Map {index} of block {block}, from layer {source}: values from {low:.2f} to "
        f"{high:.2f}, likeness {likeness:.2f} with the picture."
    )


def enlarged_label(index: int, values: np.ndarray) -> str:
    side = len(values)
    return (
        f"Map {index}, enlarged: {side}×{side} values, the lowest {values.min():.2f} in black, "
        f"the highest {values.max():.2f} in white."
    )


def image_label(image: str) -> str:
    return f"What the net looks at: {image}, one channel of 28×28 pixels from 0 to 1."


def class_label(name: str, share: float, right: str | None) -> str:
    if name == right:
        return f"The net gives {share:.1%} to {name}, which is the true class."
    return f"The net gives {share:.1%} to {name}."


def enters(image: str) -> str:
    return f"The picture enters the net: {image}, one channel of 28×28 pixels."


def starts(block: int, before: int | None, count: int) -> str:
    """The step that makes a block's input; ``before`` is the width of the block before it."""
    if before is None:
        return f"The stem, a 3×3 convolution, makes {count} maps: the input of block 1."
    side = SIDES[block]
    return (
        f"Transition {block - 1} mixes {before} channels into {count} and halves the side: the "
        f"input of block {block} is {count} maps of {side}×{side}."
    )


def grows(block: int, layer: int, read: int, growth_rate: int) -> str:
    return f"Layer {layer} of block {block} reads all {read} channels and adds {growth_rate}."


def answers(shares: Mapping[str, float], read: int) -> str:
    said = max(shares, key=shares.get)
    return (
        f"The head takes the mean of each of {read} channels and gives each class its share: "
        f"{said} gets {shares[said]:.0%}."
    )


def answers_later(block: int, shares: Mapping[str, float]) -> str:
    said = max(shares, key=shares.get)
    return (
        f"Block {block} hands its channels on, and in the end the head gives each class its "
        f"share: {said} gets {shares[said]:.0%}."
    )


def _listed(shares: Mapping[str, float]) -> str:
    order = sorted(shares.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share:.0%}" for name, share in order if share >= 0.005)

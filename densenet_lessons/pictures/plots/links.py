"""Who reads whom: heatmaps of links, and what they say against what silence costs."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure

from densenet_lessons.pictures.palette import INK, MUTED, PAPER, ink_on, source_colour
from densenet_lessons.probes import LinkMap, Similarity

_SHADES = LinearSegmentedColormap.from_list("links", (PAPER, source_colour(1)))


def plot_link_maps(maps: Mapping[str, LinkMap], *, digits: int = 2, label: str = "") -> Figure:
    """Heatmaps of links: a row for each source, a column for each reader, a number in each cell.

    Paper: Figure 5. Each map has its own scale, from 0 to its largest value; below 0 is white.

    Args:
        maps: by title, side by side.
        digits: behind the point.
        label: what the numbers are, written above all maps.
    """
    figure = Figure(figsize=(2.9 * len(maps) + 0.4, 3.0), layout="constrained")
    every = figure.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, links) in zip(every, maps.items(), strict=True):
        _heatmap(axes, links.values, digits)
        axes.set_title(title, color=INK, fontsize=11)
        axes.set_yticks(range(len(links.sources)), links.sources)
        axes.set_xticks(range(len(links.readers)), links.readers, rotation=35, ha="right")
        for at, tick in enumerate(axes.get_yticklabels()):
            tick.set_color(source_colour(at))
            tick.set_fontweight("bold")
        axes.set_xlabel("reader", color=INK)
        axes.set_ylabel("source" if axes is every[0] else "", color=INK)
    if label:
        figure.suptitle(label, color=INK, fontsize=11)
    return figure


def _heatmap(axes: Axes, values: np.ndarray, digits: int) -> None:
    top = np.nanmax(values)
    axes.imshow(np.ma.masked_invalid(values), cmap=_SHADES, vmin=0, vmax=top, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            shade = to_hex(_SHADES(max(value, 0) / top if top > 0 else 0.0))
            text = f"{value:.{digits}f}".replace("-", "−")
            look = {"ha": "center", "va": "center", "fontsize": 10, "color": ink_on(shade)}
            axes.text(column, row, text, **look)
    axes.tick_params(length=0)
    axes.spines[:].set_color(MUTED)


def plot_weight_against_cost(
    weights: Mapping[str, Sequence[float]], cost: Sequence[float], sources: Sequence[int]
) -> Figure:
    """A point for each link: what a map says of it, and the loss that its silence adds.

    Args:
        weights: by the map's name, a positive number for each link; one plot each.
        cost: loss added, for the same links. Both axes are logarithmic; costs below 0.001,
            gains included, stand at the lower edge.
        sources: of each link, for the colour: 0 for a block's input, l for layer l.
    """
    figure = Figure(figsize=(3.7 * len(weights), 3.2), layout="constrained")
    every = figure.subplots(1, len(weights), sharey=True, squeeze=False)[0]
    shown = np.maximum(np.asarray(cost, dtype=float), 1e-3)
    kinds = np.asarray(sources)
    for axes, (name, values) in zip(every, weights.items(), strict=True):
        for source in sorted(set(sources)):
            mine = kinds == source
            label = f"layer {source}" if source else "block's input"
            look = {"color": source_colour(source), "label": label, "edgecolor": PAPER, "s": 46}
            marker = "s" if source == 0 else "o"
            axes.scatter(np.asarray(values)[mine], shown[mine], marker=marker, **look)
        axes.set_xscale("log")
        axes.set_yscale("log")
        low, high = min(values) / 1.3, max(values) * 1.3
        ticks = [tick for tick in (0.02, 0.05, 0.1, 0.2, 0.5, 1) if low < tick < high]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel(name, color=INK)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    every[0].set_ylabel("loss added by silence", color=INK)
    every[-1].legend(frameon=False, fontsize=9, title="source")
    return figure


def plot_similarities(similarities: Mapping[str, Similarity], *, low: float = 0) -> Figure:
    """Likeness of all pairs of sources, one square for each net, up to 1.

    Args:
        similarities: by the net's name.
        low: what is white, with all that lies below.
    """
    figure = Figure(figsize=(4.3 * len(similarities), 4.1), layout="constrained")
    every = figure.subplots(1, len(similarities), sharey=True, squeeze=False)[0]
    for axes, (title, found) in zip(every, similarities.items(), strict=True):
        drawn = axes.imshow(found.values, cmap=_SHADES, vmin=low, vmax=1)
        places = range(len(found.names))
        axes.set_xticks(places, found.names, rotation=60, ha="right", fontsize=9)
        axes.set_yticks(places, found.names, fontsize=9)
        blocks = [name.split()[0] for name in found.names]
        for at in places[1:]:
            if blocks[at] != blocks[at - 1]:  # a line between two blocks
                axes.axhline(at - 0.5, color=INK, linewidth=1.2)
                axes.axvline(at - 0.5, color=INK, linewidth=1.2)
        axes.set_title(title, color=INK, fontsize=11)
        axes.tick_params(length=0)
    figure.colorbar(drawn, ax=list(every), shrink=0.8, label="linear CKA")
    return figure

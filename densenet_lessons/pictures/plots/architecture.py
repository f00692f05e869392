"""Where a net's parameters and its work sit."""

from matplotlib.figure import Figure

from densenet_lessons.costs import parts_of
from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.pictures.palette import ACCENT, INK, MUTED, source_colour


def plot_shares(spec: DenseNetSpec, image_size: int) -> Figure:
    """Each part's share of the net's parameters, beside its share of the multiply-adds.

    Both sides have one scale, and the largest share of each is framed.

    Args:
        spec: the net.
        image_size: height and width of the image, in pixels.

    Raises:
        ValueError: if ``image_size`` is too small for the net.
    """
    parts = parts_of(spec, image_size)
    figure = Figure(figsize=(8.6, 0.36 * len(parts) + 1.0), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    names = [part.name for part in parts]
    colours = [source_colour(1) if part.layers else source_colour(0) for part in parts]
    columns = {
        "parameters": [part.parameters for part in parts],
        "multiply-adds": [part.macs for part in parts],
    }
    longest = max(100 * max(values) / sum(values) for values in columns.values())
    for ax, (title, values) in zip(axes, columns.items(), strict=True):
        shares = [100 * value / sum(values) for value in values]
        bars = ax.barh(names, shares, color=colours)
        bars[shares.index(max(shares))].set_edgecolor(ACCENT)
        bars[shares.index(max(shares))].set_linewidth(2)
        labels = ["<0.1%" if 0 < share < 0.05 else f"{share:.1f}%" for share in shares]
        ax.bar_label(bars, labels, padding=4, color=INK)
        ax.set_title(f"{title}: {sum(values):,}", fontsize=11, color=INK)
        ax.set_xlim(0, 1.2 * longest)
        ax.set_xticks([])
        ax.tick_params(left=False, labelcolor=INK)
        ax.spines[["top", "right", "bottom"]].set_visible(False)
        ax.spines["left"].set_color(MUTED)
    axes[0].invert_yaxis()
    figure.supxlabel("share of the whole net; framed: the largest", fontsize=9.5, color=MUTED)
    return figure

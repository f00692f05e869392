"""The course's colours: one colour for one source layer, in every drawing, plot and panel.

The source colours are those of Okabe and Ito (2008), chosen so that readers with
any common form of colour blindness can tell them apart. Each stays readable as a
filled shape on light and on dark ground. What isn't a source has colours of its own.
"""

from matplotlib.colors import to_hex, to_rgb

INK = "#1f2933"
PAPER = "#ffffff"
MUTED = "#6b7280"
ACCENT = "#d55e00"

#: Fill of an operation's box. Its name stands in the box, so colour is never the only sign.
OPERATIONS = {
    "norm": "#dfe7f1",
    "relu": "#f6ead2",
    "conv": "#33475b",
    "pool": "#e4dcef",
    "join": "#ffffff",
}

_INPUT = "#8a8f98"
_LAYERS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#7b5fc7")


def source_colour(index: int) -> str:
    """Colour of source ``index`` of a dense block: 0 is the block's input, then its layers.

    Blocks with more than eight layers use the eight layer colours again, in the same order.

    Raises:
        ValueError: if ``index`` is negative.
    """
    if index < 0:
        raise ValueError(f"index must be 0 (the block's input) or a layer from 1 on, got {index}")
    return _INPUT if index == 0 else _LAYERS[(index - 1) % len(_LAYERS)]


def blend(colour: str, other: str, share: float) -> str:
    """``colour`` with ``share`` of ``other`` mixed in."""
    pairs = zip(to_rgb(colour), to_rgb(other), strict=True)
    return to_hex([(1 - share) * mine + share * theirs for mine, theirs in pairs])


def tint(colour: str, share: float = 0.75) -> str:
    """``colour`` made paler."""
    return blend(colour, PAPER, share)


def contrast(colour: str, other: str) -> float:
    """Contrast of two colours as WCAG 2 defines it, from 1 (none) to 21 (black on white)."""
    high, low = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """The first of our text colours that is easy to read on ``colour``; black is, at worst."""
    return next((ink for ink in (INK, PAPER) if contrast(ink, colour) >= 4.5), "#000000")


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

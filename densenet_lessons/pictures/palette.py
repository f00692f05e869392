"""The course's colours: one colour for one source layer, in every drawing, plot and panel.

The source colours are those of Okabe and Ito (2008), chosen so that readers with
any common form of colour blindness can tell them apart. Each stays readable as a
filled shape on light and on dark ground.
"""

INK = "#1f2933"
PAPER = "#ffffff"
MUTED = "#6b7280"
ACCENT = "#d55e00"

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

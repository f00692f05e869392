"""What the memory explorer says: the need of a step, its largest part, the largest batch."""

MODES = {"keep": "Keeping everything", "recompute": "Recomputing"}
STATE = "weights, gradients, momentum"
IMAGES = "images"


def in_gb(count: int) -> str:
    """Bytes in units of 10^9, to two digits after the point."""
    return f"{count / 1e9:.2f} GB"


def sentence(
    mode: str, batch: int, parts: dict[str, int], memory_gb: int, largest: int, pixels: int
) -> str:
    """The need of one step, what takes most of it, and the largest batch."""
    most = max(parts, key=parts.get)
    need = sum(parts.values())
    told = (
        f"{MODES[mode]}, a step with {_images(batch)} of {pixels}×{pixels} pixels takes about "
        f"{in_gb(need)}. The largest part: {most}, {in_gb(parts[most])}."
    )
    if not largest:
        return f"{told} Not even one image fits into {memory_gb} GB."
    judged = "fits" if need <= memory_gb * 10**9 else "does not fit"
    return (
        f"{told} This batch {judged} into {memory_gb} GB; the largest that does has "
        f"{_images(largest)}."
    )


def alt(mode: str, needs: dict[str, int], told: str) -> str:
    """The picture in words: both bars, then the sentence."""
    bars = " and ".join(f"{in_gb(need)} for {name}" for name, need in needs.items())
    return f"Two stacked bars of the memory of one training step: {bars}. Chosen: {mode}. {told}"


def about_part(mode: str, part: str, count: int, share: float) -> str:
    """One piece of a bar."""
    return f"{mode}: {part}, {in_gb(count)}, {share:.0%} of this bar."


def about_place(place: str, count: int, share: float) -> str:
    """One bar of the places."""
    return f"{place}: {in_gb(count)}, {share:.0%} of all kept bytes."


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"

"""What the reuse explorer says: sentence, alternative text, and the labels of its parts."""

from collections.abc import Mapping

from densenet_lessons.experiments import LinkRecord

NOTHING, LINK, SOURCE = SILENCES = ("nothing", "this link", "this source")
#: What the map can show -> the field of the record.
MAPS = {"|w|": "filter_weight", "|w| × spread": "read_weight", "accuracy lost": "accuracy_lost"}
SOURCES = ("input", "layer 1", "layer 2", "layer 3")
_A = {"ankle boot": "an ankle boot"}


def reader_name(block: int, reader: int) -> str:
    if reader <= 3:
        return f"layer {reader}"
    return "transition" if block < 3 else "classifier"


def source_name(source: int) -> str:
    return "the block's input" if source == 0 else f"layer {source}"


def _reader(block: int, reader: int) -> str:
    return f"layer {reader}" if reader <= 3 else f"the {reader_name(block, reader)}"


def link_label(link: LinkRecord) -> str:
    reader, source = _reader(link.block, link.reader), source_name(link.source)
    return (
        f"{_capital(reader)} reads {source}: mean |w| {link.filter_weight:.3f}, times spread "
        f"{link.read_weight:.3f}. Silence costs {points(link.accuracy_lost)} of accuracy on "
        "2,000 test images."
    )


def source_label(source: int, lost: float) -> str:
    return (
        f"Silence {source_name(source)} for all its readers: costs {points(lost)} of accuracy on "
        "2,000 test images."
    )


def points(share: float) -> str:
    return f"{100 * share:.1f} points"


def maps_label(source: int, count: int, image: str) -> str:
    return f"The {count} maps of {source_name(source)} for this {image}, each from black to white."


def filters_label(block: int, source: int, reader: int, shape: tuple[int, int]) -> str:
    filters, channels = shape
    return (
        f"The weights with which {_reader(block, reader)} reads {source_name(source)}: {filters} "
        f"filters, a row each, on {channels} channels. Purple is positive, orange negative."
    )


def class_label(name: str, before: float, now: float, right: str) -> str:
    tick = " It is the true class." if name == right else ""
    if before == now:
        return f"The net gives {now:.1%} to {name}.{tick}"
    return f"The net gives {now:.1%} to {name}; with nothing silent it is {before:.1%}.{tick}"


def about_link(link: LinkRecord, shown: str) -> str:
    return f"Block {link.block}, map of {shown}. {link_label(link)}"


def answer(
    image: str,
    silent: str,
    block: int,
    source: int,
    reader: int,
    before: Mapping[str, float],
    now: Mapping[str, float],
) -> str:
    """What the net says of the picture, and whether silence has changed its mind."""
    first, said = max(before, key=before.get), max(now, key=now.get)
    if silent == NOTHING:
        return f"With nothing silent, it calls this {image} {_called(first)}."
    if silent == LINK:
        what = f"With {source_name(source)} silent for {_reader(block, reader)}"
    else:
        what = f"With {source_name(source)} silent for all its readers"
    if said == first:
        return f"{what}, it still calls this {image} {_called(said)}."
    return f"{what}, it calls this {image} {_called(said)}, and no longer {_called(first)}."


def alt(growth_rate: int, shown: str, told: str, now: Mapping[str, float]) -> str:
    order = sorted(now.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{name} {share:.0%}" for name, share in order if share >= 0.005)
    return (
        f"The net with k = {growth_rate}: a triangular map of {shown}, source by reader, one link "
        f"framed; below it the source's maps, beside it the reader's filters. {told} The net "
        f"says: {listed}."
    )


def _called(name: str) -> str:
    return _A.get(name, f"a {name}")


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]

"""Exercise 7.1: One column of the map."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _by_loop(weight, widths):
    means, start = [], 0
    for width in widths:
        total = count = 0.0
        for filters in weight.tolist():
            for plane in filters[start : start + width]:
                total += sum(abs(value) for row in plane for value in row)
                count += sum(len(row) for row in plane)
        means.append(total / count)
        start += width
    return means


@exercise(
    "7.1",
    "One column of the map",
    minutes=6,
    difficulty=1,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "The channels stand side by side in dimension 1. At which channel does each source "
            "begin, and where does it end?",
        ),
        (
            "Which numbers go into one mean?",
            "All filters, all kernel positions, and only the channels of this source. The sign is "
            "taken off before the mean.",
        ),
        (
            "Is there a shortcut?",
            "`split` cuts a tensor into parts of given sizes along a dimension.",
        ),
    ),
)
def source_weights(answer):
    cases = [((6, 9, 1, 1), [4, 3, 2]), ((5, 7, 3, 3), [7]), ((3, 8, 1, 1), [2, 1, 3, 2])]
    for seed, (shape, widths) in enumerate(cases):
        weight = expect.noise(*shape, seed=seed) - 0.3
        copy, given = weight.clone(), f"a weight of shape {shape}, widths {widths}"
        came = [float(value) for value in answer(weight, list(widths))]
        right = _by_loop(weight, widths)
        expect.equal(len(came), len(right), given=given, what="number of means")
        for number, (mine, due) in enumerate(zip(came, right, strict=True)):
            expect.close(mine, due, given=given, what=f"mean of source {number}")
        expect.unchanged(weight, copy, given=given, what="weight")


@source_weights.solves(because="Each part holds the weights between one source and all filters.")
def _(weight, widths):
    return [part.abs().mean().item() for part in weight.split(widths, dim=1)]


@source_weights.rejects(says="Positive and negative weights cancel here; take the sign off first.")
def with_signs(weight, widths):
    return [part.mean().item() for part in weight.split(widths, dim=1)]


@source_weights.rejects(says="The sign is taken off the mean here; it must go before the mean.")
def sign_off_too_late(weight, widths):
    return [part.mean().abs().item() for part in weight.split(widths, dim=1)]


@source_weights.rejects(says="This adds up; a wide source then looks strong because it is wide.")
def sums(weight, widths):
    return [part.abs().sum().item() for part in weight.split(widths, dim=1)]


@source_weights.rejects(says="This takes squares: it is the root of the mean square, not a mean.")
def squares(weight, widths):
    return [part.square().mean().sqrt().item() for part in weight.split(widths, dim=1)]


@source_weights.rejects(says="Each source begins at channel 0 here, not behind the one before it.")
def always_from_the_start(weight, widths):
    return [weight[:, :width].abs().mean().item() for width in widths]


@source_weights.rejects(says="The newest source comes first here; channels stand oldest first.")
def newest_first(weight, widths):
    return [part.abs().mean().item() for part in weight.split(widths, dim=1)][::-1]


@source_weights.rejects(says="Divided by the filters alone; divide by all weights of the part.")
def over_filters_alone(weight, widths):
    return [(part.abs().sum() / len(weight)).item() for part in weight.split(widths, dim=1)]


@source_weights.accepts
def by_slices(weight, widths):
    means, start = [], 0
    for width in widths:
        means.append(weight[:, start : start + width].abs().mean())
        start += width
    return means

"""Exercise 9.7: Harmonic links."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "9.7",
    "Harmonic links",
    kind="function",
    minutes=6,
    difficulty=2,
    importance=1,
    hints=(
        ("Where do I start?", "Try n = 0, 1, 2, ... : does 2^n divide the layer's number?"),
        ("When does it end?", "As soon as 2^n does not divide it, no larger power does either."),
    ),
)
def harmonic_sources(answer):
    cases = [(1,), (12,), (8,), (7,), (6,), (96,), (2,), (40,)]
    expect.same_results(answer, _all_tried, cases)


def _all_tried(layer):
    return [layer - 2**n for n in range(20) if layer % 2**n == 0 and layer >= 2**n]


@harmonic_sources.solves(because="Odd layers read one source; a power of two reads the most.")
def _(layer):
    sources, step = [], 1
    while layer % step == 0 and step <= layer:
        sources.append(layer - step)
        step *= 2
    return sources


@harmonic_sources.rejects(says="These are all powers of two up to the layer; 2^n must divide it.")
def every_power(layer):
    return [layer - 2**n for n in range(20) if 2**n <= layer]


@harmonic_sources.rejects(says="This is DenseNet: every layer before it.")
def all_before(layer):
    return list(range(layer - 1, -1, -1))


@harmonic_sources.rejects(says="The layer just before, n = 0, is missing: 1 divides every number.")
def leaves_out_the_nearest(layer):
    return [layer - 2**n for n in range(1, 20) if layer % 2**n == 0 and layer >= 2**n]


@harmonic_sources.rejects(says="Other divisors count here, too; only powers of two do.")
def all_divisors(layer):
    return [layer - d for d in range(1, layer + 1) if layer % d == 0]


@harmonic_sources.rejects(says="The farthest source comes first here; the nearest was asked for.")
def farthest_first(layer):
    return sorted(layer - 2**n for n in range(20) if layer % 2**n == 0 and layer >= 2**n)


@harmonic_sources.accepts
def by_bits(layer):
    lowest = layer & -layer
    return [layer - (1 << n) for n in range(lowest.bit_length())]

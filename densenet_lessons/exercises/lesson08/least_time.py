"""Exercise 8.7: The least time."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "8.7",
    "The least time",
    minutes=5,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Take one operation. How long does its arithmetic take at best, how long its traffic?",
        ),
        (
            "Do I add the two?",
            "A machine can calculate while it fetches. Then the slower of the two decides.",
        ),
        (
            "My result is too small",
            "Operations run one after the other: decide for each one, then add up.",
        ),
    ),
)
def least_time(answer):
    cases = [
        ([(100, 10), (0, 40), (30, 30)], 20, 5),
        ([(8, 4)], 2, 4),
        ([(0, 7), (9, 1)], 3, 2),
        ([(6, 1), (2, 5)], 4, 10),
        ([(10, 8), (3, 12)], 100, 1),
        ([(5, 9), (40, 50)], 1, 100),
        ([], 3, 2),
    ]
    for steps, macs, copies in cases:
        right = sum(max(mac / macs, size / copies) for mac, size in steps)
        given = f"steps {steps}, {macs} multiply-adds and {copies} bytes a second"
        expect.close(answer(steps, macs, copies), right, given=given)


@least_time.solves(because="For each operation the slower of arithmetic and traffic decides.")
def _(steps, mac_rate, copy_rate):
    return sum(max(macs / mac_rate, size / copy_rate) for macs, size in steps)


@least_time.accepts
def by_loop(steps, mac_rate, copy_rate):
    total = 0
    for macs, size in steps:
        work, traffic = macs / mac_rate, size / copy_rate
        total += work if work > traffic else traffic
    return total


@least_time.rejects(says="This decides once for the whole net; each operation has its own limit.")
def decides_once(steps, mac_rate, copy_rate):
    return max(sum(m for m, _ in steps) / mac_rate, sum(b for _, b in steps) / copy_rate)


@least_time.rejects(says="This adds arithmetic and traffic; a machine can do both at a time.")
def adds_both(steps, mac_rate, copy_rate):
    return sum(m / mac_rate + b / copy_rate for m, b in steps)


@least_time.rejects(says="Counts are compared here, not times: each rate decides, too.")
def compares_counts(steps, mac_rate, copy_rate):
    return sum(m / mac_rate if m > b else b / copy_rate for m, b in steps)


@least_time.rejects(says="The faster of the two decides here; the slower one does.")
def takes_the_faster(steps, mac_rate, copy_rate):
    return sum(min(m / mac_rate, b / copy_rate) for m, b in steps)


@least_time.rejects(says="This counts arithmetic alone; a norm moves bytes and multiplies nothing.")
def arithmetic_alone(steps, mac_rate, copy_rate):
    return sum(m / mac_rate for m, _ in steps)


@least_time.rejects(says="The two rates have changed places.")
def rates_swapped(steps, mac_rate, copy_rate):
    return sum(max(m / copy_rate, b / mac_rate) for m, b in steps)

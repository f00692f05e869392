"""Answers to the coding exercises, each with a judgement that was written before any verdict.

    @wrong("depth", "counts the stem twice")
    def _(block_config, bottleneck): ...

`told` names the declared mistake that a verdict may lead with; without it, no declared mistake may
be named, for it isn't the one that was made.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Judged:
    """An answer, what is wrong with it (nothing for a right one), what it may be told."""

    exercise: str
    answer: object
    why: str
    told: tuple[str, ...] = ()


ANSWERS: list[Judged] = []


def wrong(exercise: str, why: str, *told: str):
    """Judges an answer to be wrong, and says why."""

    def keep(answer):
        ANSWERS.append(Judged(exercise, answer, why, told))
        return answer

    return keep


def right(exercise: str):
    """Judges an answer to be right."""

    def keep(answer):
        ANSWERS.append(Judged(exercise, answer, ""))
        return answer

    return keep

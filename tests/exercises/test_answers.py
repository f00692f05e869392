"""Answers that were judged before any verdict: what the checks make of them.

The rates say how good the checks are: wrong answers that pass, right ones that are refused, and
refusals that name a mistake which isn't there.
"""

import functools
import importlib
import pkgutil

import pytest
from answers import ANSWERS

import densenet_lessons.exercises as package
from densenet_lessons.exercises.core import REGISTRY
from densenet_lessons.exercises.engine.verdict import Status

for _, name, _ in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
    if "lesson" in name:
        importlib.import_module(name)
BY_NAME = {exercise.name: exercise for exercise in REGISTRY.values() if exercise.form != "value"}


@functools.cache
def faults(name: str) -> dict[str, list[str]]:
    """For one exercise, the answers on which judgement and verdict part, by kind."""
    found = {"passed": [], "refused": [], "accused": []}
    for answer in ANSWERS:
        if answer.exercise != name:
            continue
        verdict = BY_NAME[name].check(answer.answer)
        if not answer.why:
            if not verdict:
                found["refused"].append(repr(verdict))
        elif verdict:
            found["passed"].append(answer.why)
        else:
            assert verdict.status is Status.NOT_YET, f"{answer.why}: {verdict}"
            named = [w.name for w in BY_NAME[name].wrong if verdict.message.startswith(w.says)]
            if named and named[0] not in answer.told:
                found["accused"].append(f"{answer.why}: {verdict}")
    return found


def test_no_exercise_has_a_few_answers_alone():
    counts = {answer.exercise: [0, 0] for answer in ANSWERS}
    for answer in ANSWERS:
        counts[answer.exercise][not answer.why] += 1
    few = [name for name, (wrong, right) in counts.items() if wrong < 6 or right < 3]
    assert not few


@pytest.mark.parametrize("name", sorted({answer.exercise for answer in ANSWERS}))
def test_verdicts_agree_with_the_judgements(name):
    assert faults(name) == {"passed": [], "refused": [], "accused": []}


def test_rates_over_all_answers():
    every = [faults(name) for name in {answer.exercise for answer in ANSWERS}]
    count = {kind: sum(len(found[kind]) for found in every) for kind in every[0]}
    wrong = sum(bool(answer.why) for answer in ANSWERS)
    right = len(ANSWERS) - wrong
    rates = {
        "wrong answers that passed": count["passed"] / wrong,
        "right answers that were refused": count["refused"] / right,
        "refusals that named a mistake that is not there": count["accused"] / wrong,
    }
    for (kind, rate), most in zip(rates.items(), (0.02, 0.02, 0.01), strict=True):
        print(f"{kind}: {rate:.1%}")
        assert rate < most, kind

"""The contract that every exercise of every lesson keeps."""

import ast
import functools
import importlib
import json
import math
import pkgutil
import random
import re
from pathlib import Path

import nbformat
import numpy
import pytest
import torch
from mutation import mutants
from torch import nn
from torch.nn import functional

import densenet_lessons.exercises as package
from densenet_lessons.exercises.core import REGISTRY
from densenet_lessons.exercises.engine.verdict import Status

LESSONS = [
    name
    for _, name, _ in pkgutil.iter_modules(package.__path__)
    if re.fullmatch(r"lesson\d\d", name)
]
for lesson in LESSONS:
    importlib.import_module(f"{package.__name__}.{lesson}")

ALL = list(REGISTRY.values())
CODING = [exercise for exercise in ALL if exercise.form != "value"]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MOST_WORDS = 60

# Mutants of a solution that compute the same as the solution itself: (exercise id, mutant) -> why.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("4.1", "1e-09: to 2e-09"): "A margin for rounding may be any small number.",
    ("8.3", "False: to True"): "the older, reentrant way recomputes as well",
    ("8.4", "False: to True"): "the older, reentrant way recomputes as well",
}


def over(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda exercise: exercise.id)


def typed(source: str, name: str):
    """The answer that comes of typing `source` below a lesson's set-up cell."""
    namespace = {"torch": torch, "nn": nn, "F": functional, "math": math}
    exec(source, namespace)
    return namespace[name]


def stubs(form: str):
    """The answers with which a notebook comes, and which nobody has touched yet."""
    yield ...
    if form == "value":
        yield (..., ...)
        return

    def stub(*args, **kwargs):
        """What to return."""
        raise NotImplementedError

    class NoInit(nn.Module):
        def __init__(self, *args, **kwargs):
            super().__init__()
            raise NotImplementedError

    class NoForward(nn.Module):
        def __init__(self, *args, **kwargs):
            super().__init__()

        def forward(self, *args):
            raise NotImplementedError("yours to write")

    yield from [stub] if form == "function" else [NoInit, NoForward]


def nonsense(form: str):
    """Answers that no check is prepared for."""

    class Hostile:
        def __repr__(self):
            raise RuntimeError("no repr")

        __str__ = __eq__ = __bool__ = __len__ = __iter__ = __repr__
        __hash__ = None

    class Liar:
        __class__ = torch.Tensor

    def raising(*args, **kwargs):
        raise RuntimeError("broken")

    def leaving(*args, **kwargs):
        raise SystemExit

    def calling_itself(*args, **kwargs):
        return calling_itself(*args, **kwargs)

    def returning(value):
        return lambda *args, **kwargs: value

    def module_of(init, forward):
        return type(
            "Answer", (nn.Module,), {"__init__": init, "forward": lambda self, *args: forward()}
        )

    yield from [None, "a string", "", 0, -1.5, True, float("nan"), 10**5000, [], {}, object(), int]
    yield from [Hostile(), Liar(), torch.zeros(2, 3), nn.Linear(2, 3), raising, Hostile]
    values = [None, "a string", 0, torch.zeros(0), torch.zeros(2, 3), Hostile(), Liar(), []]
    if form == "function":
        yield from [leaving, calling_itself, *map(returning, values)]
    if form == "class":
        bare = lambda self, *args, **kwargs: nn.Module.__init__(self)  # noqa: E731
        yield from [module_of(raising, raising), module_of(leaving, leaving)]
        yield from [module_of(bare, returning(value)) for value in values]
        yield module_of(lambda self, *args, **kwargs: None, raising)


def endless(form: str):
    def loop(*args, **kwargs):
        while True:
            pass

    return loop if form == "function" else type("Answer", (nn.Module,), {"__init__": loop})


def test_there_are_exercises():
    assert len(ALL) >= 5 * len(LESSONS) > 0


@over(ALL)
def test_right_answers_are_correct(exercise):
    for right in exercise.right:
        verdict = exercise.check(right.answer)
        assert verdict.status is Status.CORRECT, f"{right.name}: {verdict}"


@over(ALL)
def test_wrong_answers_are_refused_with_their_own_sentence(exercise):
    for wrong in exercise.wrong:
        verdict = exercise.check(wrong.answer)
        assert verdict.status is Status.NOT_YET, f"{wrong.name}: {verdict}"
        assert verdict.message.startswith(wrong.says), f"{wrong.name}: {verdict}"


@over(ALL)
def test_sources_work_when_they_are_typed_in_a_notebook(exercise):
    for declared in [*exercise.right, *exercise.wrong]:
        if exercise.form == "value":
            assert eval(declared.source) == declared.answer
            continue
        verdict = exercise.check(typed(declared.source, exercise.answer_name))
        if declared in exercise.right:
            assert verdict, f"{declared.name}: {verdict}"
        else:
            assert verdict.message.startswith(declared.says), f"{declared.name}: {verdict}"


@over(ALL)
def test_enough_typical_mistakes_are_declared(exercise):
    least = 3 if exercise.kind in ("function", "module", "bug") else 2
    assert len(exercise.wrong) >= least
    says = [wrong.says for wrong in exercise.wrong]
    assert len(set(says)) == len(says), "two mistakes are told the same"


@over(ALL)
def test_untouched_answers_are_not_attempted(exercise):
    for stub in stubs(exercise.form):
        verdict = exercise.check(stub)
        assert verdict.status is Status.NOT_ATTEMPTED, verdict
        assert "..." in verdict.message or "raise NotImplementedError" in verdict.message


@over(ALL)
def test_nonsense_gets_a_verdict(exercise):
    for answer in nonsense(exercise.form):
        if exercise.form == "value" and any(answer is right.answer for right in exercise.right):
            continue
        verdict = exercise.check(answer)
        assert verdict.status is Status.NOT_YET, verdict
        assert len(verdict.message.split()) <= MOST_WORDS, verdict
        assert "<" not in verdict.message.replace("<=", ""), f"an address or a repr: {verdict}"


@over(CODING)
def test_an_endless_answer_is_cut_off(exercise):
    verdict = exercise.check(endless(exercise.form), limit=0.1)
    assert verdict.status is Status.NOT_YET
    assert "did not return within 0.1 seconds" in verdict.message


@over(CODING)
def test_mutants_of_the_solution_are_refused(exercise):
    survivors = []
    for label, source in mutants(exercise.solution_source):
        try:
            answer = typed(source, exercise.answer_name)
        except Exception:
            continue
        if exercise.check(answer, limit=1) and (exercise.id, label) not in EQUIVALENT:
            survivors.append(label)
    assert not survivors


def test_equivalent_mutants_exist():
    for exercise_id, label in EQUIVALENT:
        assert label in dict(mutants(REGISTRY[exercise_id].solution_source))


def global_state():
    return (
        torch.get_rng_state().tolist(),
        random.getstate(),
        numpy.random.get_state()[1].tolist(),
        numpy.random.get_state()[2:],
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.get_num_threads(),
    )


@over(ALL)
def test_global_state_is_left_as_it_was(exercise):
    declared = [exercise.right[0], *exercise.wrong[:1]]
    verdicts = [repr(exercise.check(one.answer)) for one in declared]
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            before = global_state()
            again = [repr(exercise.check(one.answer)) for one in declared]
            assert global_state() == before
    finally:
        torch.set_default_dtype(torch.float32)
    assert again == verdicts, "a second check, under other global settings, says something else"


@over(CODING)
def test_a_solution_uses_what_its_lesson_imports(exercise):
    """Typed or pasted into the lesson, it must run there."""
    (path,) = NOTEBOOKS.glob(f"{exercise.module[-2:]}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    setup = "".join(next(cell for cell in cells if cell["id"] == "setup")["source"])
    source = exercise.solution_source
    for name in ("torch", "nn", "F", "math"):
        if re.search(rf"(?<![\w.]){name}\.", source):
            both = f"{setup}\n{source}"
            assert re.search(rf"^\s*(import|from) .*\b{name}$", both, re.M), name


@over(ALL)
def test_hints_do_not_contain_the_solution(exercise):
    text = " ".join(sentence for hint in exercise.hints for sentence in hint)
    if exercise.form == "value":
        value = exercise.right[0].answer
        shown = re.escape(repr(value))
        if isinstance(value, str):
            shown = "[\"'`]" + re.escape(value) + "[\"'`]"
        assert not re.search(rf"(?<![\w.]){shown}(?![\w])", text)
    else:
        for line in exercise.solution_source.splitlines():
            if len(line.strip()) > 12:
                assert line.strip().removeprefix("return ") not in text


@over(ALL)
def test_the_declaration_is_complete(exercise):
    lesson = int(exercise.module[-2:])
    assert re.fullmatch(rf"{lesson}\.[1-9]\d?", exercise.id), "the id is lesson.number"
    # The capstone is a small project; everything else fits into one sitting.
    assert 1 <= exercise.minutes <= (60 if exercise.name == "budget" else 20)
    assert exercise.title[0].isupper()
    assert not exercise.title.endswith(".")
    assert exercise.hints
    for sentence in [
        *(text for _, text in exercise.hints),
        *(wrong.says for wrong in exercise.wrong),
    ]:
        assert re.fullmatch(r"([^a-z\s]|[a-z]\b).*[.?!]", sentence, re.DOTALL), sentence
        assert len(sentence.split()) <= 45, sentence
    forms = {"predict": ["value"], "plot": ["value"], "function": ["function"], "module": ["class"]}
    assert exercise.form in forms.get(exercise.kind, ["value", "function", "class"])


@over(ALL)
def test_each_hint_has_a_title_of_its_own(exercise):
    titles = [title for title, _ in exercise.hints]
    assert len(set(titles)) == len(titles)
    for title in titles:
        assert re.fullmatch(r"[A-Z`].*[^.]", title), "a title that a stuck learner recognises"
        assert len(title.split()) <= 9, title


@functools.cache
def headings() -> dict[str, str]:
    """The heading of each exercise in the notebooks, by its id."""
    found = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for heading in re.findall(r"^### (Exercise .*)$", cell.source, re.M):
                    found[re.match(r"Exercise ([\d.]+)", heading)[1]] = heading
    return found


@over(ALL)
def test_the_notebooks_heading_is_the_declarations(exercise):
    assert headings()[exercise.id] == exercise.about.heading


@over(ALL)
def test_messages_are_short_and_predictions_keep_the_answer_to_themselves(exercise):
    for wrong in exercise.wrong:
        verdict = exercise.check(wrong.answer)
        assert len(verdict.message.split()) <= MOST_WORDS, verdict
        assert re.search(r"[.?!]$", verdict.message), verdict
        assert not re.search(r"\b(?:([a-z]+) \1|the what)\b", verdict.message), verdict
    value = exercise.right[0].answer
    if exercise.form == "value" and not isinstance(value, (bool, str)):
        for guess in (987654321, "a string", (987, 654), None):
            # A choice may list its options, the right one among them.
            message = exercise.check(guess).message.partition("choose one of these")[0]
            assert not re.search(rf"(?<![\w.]){re.escape(repr(value))}(?!\w)", message), message


@over(ALL)
def test_an_exercise_stands_in_exactly_one_notebook(exercise):
    places = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
            if f"ex.{exercise.name}.check(" in "".join(cell["source"]):
                places.append(path.name[:2])
    assert places == [exercise.module[-2:]]


@pytest.mark.parametrize("lesson", LESSONS)
def test_dir_shows_exercises_alone(lesson):
    module = importlib.import_module(f"{package.__name__}.{lesson}")
    mine = {exercise.name for exercise in ALL if exercise.module == module.__name__}
    assert set(dir(module)) == mine
    assert all(getattr(module, name).name == name for name in mine)
    numbers = [float(getattr(module, name).id.split(".")[1]) for name in module.__all__]
    assert numbers == sorted(numbers)


def test_one_file_an_exercise():
    for exercise in ALL:
        folder = Path(package.__file__).parent / exercise.module.rpartition(".")[2]
        text = (folder / f"{exercise.name}.py").read_text(encoding="utf8")
        assert text.count("@exercise(") == 1
        stop = "" if exercise.title.endswith("?") else "."
        assert text.startswith(f'"""Exercise {exercise.id}: {exercise.title}{stop}"""')


@functools.cache
def definitions() -> dict[str, dict[str, ast.AST]]:
    """For each exercise checked in a notebook, the functions and classes of its cell, by name."""
    found = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            checked = re.search(r"^ex\.(\w+)\.check\(", cell.source, re.M)
            if cell.cell_type == "code" and checked:
                tree = ast.parse(cell.source)
                found[checked[1]] = {
                    node.name: node
                    for node in tree.body
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef))
                }
    return found


def parameters(definition: ast.AST) -> dict[str, list[str]]:
    """The parameters of a function, or of each method of a class, by its name."""
    if isinstance(definition, ast.FunctionDef):
        arguments = definition.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return {"": [argument.arg for argument in every]}
    methods = [node for node in definition.body if isinstance(node, ast.FunctionDef)]
    return {method.name: parameters(method)[""] for method in methods}


@pytest.mark.parametrize("exercise", CODING, ids=lambda exercise: exercise.id)
def test_the_stub_has_the_solutions_signature(exercise):
    cells = definitions()[exercise.name]
    assert exercise.answer_name in cells
    stub = parameters(cells[exercise.answer_name])
    solution = parameters(ast.parse(exercise.solution_source).body[0])
    assert stub == {name: solution[name] for name in stub}

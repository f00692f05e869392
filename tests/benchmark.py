"""Speed as ratios to references measured in the same run: ``python tests/benchmark.py``.

One table: the DenseNet-121 beside torchvision's (and timm's, where it is installed), with
``for_inference``, and on request beside ``torch.compile`` with freezing; each panel's
callback beside encoding its picture, a touch of a picture beside a step of a slider (where there
is a Chromium), the slowest check of an exercise, importing the core beside
importing torch, and each lesson's run. Absolute times depend on the machine, ratios much less;
below 1 means that ours took less time. What is compared runs in turn, so that a busy moment meets
both. Not part of the tests: a busy machine would make them fail.
"""

import argparse
import copy
import importlib
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import regenerate
import torch
import torchvision
from browser.touch_ratio import touch_ratios
from lessons import LESSONS
from panels.callback_ratio import panel_ratios

from densenet_lessons.densenet import densenet121, for_inference
from densenet_lessons.exercises.core import REGISTRY


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratios(ours: Callable[[], object], theirs: Callable[[], object], pairs: int) -> list[float]:
    """Ours over theirs, run in alternating order after one run of each, which allocates."""
    ours(), theirs()
    found = []
    for index in range(pairs):
        order = (ours, theirs) if index % 2 else (theirs, ours)
        taken = {id(work): seconds(work) for work in order}
        found.append(taken[id(ours)] / taken[id(theirs)])
    return found


def row(name: str, reference: str, values: list[float]) -> None:
    spread = f"{min(values):8.2f} to {max(values):.2f}" if len(values) > 1 else ""
    print(f"{name:36} {reference:36} {statistics.median(values):8.2f} {spread}", flush=True)


def training_step(model: torch.nn.Module, images: torch.Tensor) -> None:
    model.zero_grad()
    model(images).sum().backward()


def forward(model: torch.nn.Module, images: torch.Tensor) -> None:
    with torch.no_grad():
        model(images)


def others() -> dict[str, Callable[..., torch.nn.Module]]:
    """Makers of the DenseNet-121 of other libraries."""
    found = {"torchvision": lambda **how: torchvision.models.densenet121(weights=None, **how)}
    if importlib.util.find_spec("timm"):
        timm = importlib.import_module("timm")
        found["timm"] = lambda **how: timm.create_model("densenet121", **how)
    return found


def models(images: torch.Tensor, pairs: int) -> None:
    works = {
        "forward": (forward, False),
        "training step": (training_step, False),
        "memory-efficient step": (training_step, True),
    }
    for library, make in others().items():
        for label, (step, memory_efficient) in works.items():
            ours = densenet121(memory_efficient=memory_efficient)
            theirs = make(memory_efficient=memory_efficient)
            found = ratios(
                lambda step=step, model=ours: step(model, images),
                lambda step=step, model=theirs: step(model, images),
                pairs,
            )
            row(f"densenet121, {label}", library, found)


def inference(images: torch.Tensor, pairs: int, *, compiled: bool) -> None:
    """The folded copy beside the plain net, other libraries', and the compiler's best."""
    ours = densenet121().eval()
    fast = for_inference(ours)
    rivals = {name: make().eval() for name, make in others().items()} | {"the plain net": ours}
    rows = [("for_inference", fast, name, rival) for name, rival in rivals.items()]
    if compiled:
        torch._inductor.config.freezing = True  # no public switch has it
        frozen = torch.compile(copy.deepcopy(ours))
        rows.append(("compiled with freezing", frozen, "torchvision", rivals["torchvision"]))
        rows.append(("for_inference", fast, "compiled with freezing", frozen))
    for label, mine, reference, other in rows:
        works = [lambda model=model: forward(model, images) for model in (mine, other)]
        row(f"densenet121, {label}", reference, ratios(*works, pairs))


def training(pairs: int) -> None:
    """Ten steps of the training lesson's net: on one thread, as train chooses, and on all."""
    from densenet_lessons.data import load_images
    from densenet_lessons.densenet import DenseNet
    from densenet_lessons.training import devices, train

    data, small = load_images(split="train"), devices.SMALL

    def steps(limit: int) -> None:
        devices.SMALL = limit
        net = DenseNet(12, (2, 2), 24, num_classes=10, in_channels=1, small_inputs=True)
        net.features.conv0.stride = (2, 2)
        train(net, (data.images[:640], data.labels[:640]), epochs=1, device="cpu")
        devices.SMALL = small

    threads = torch.get_num_threads()
    found = ratios(lambda: steps(small), lambda: steps(0), pairs)
    row("the live net's training, one thread", f"the same on {threads}", found)


def checks(reference: Callable[[], object]) -> None:
    """The slowest check of a right answer."""
    for lesson in LESSONS:
        importlib.import_module(f"densenet_lessons.exercises.lesson{lesson.number:02}")
    found = {}
    for exercise in REGISTRY.values():
        answer = exercise.right[0].answer
        found[exercise.id] = ratios(lambda e=exercise, a=answer: e.check(a), reference, 3)
    slowest = max(found, key=lambda name: statistics.median(found[name]))
    row(f"check of exercise {slowest}, the slowest", "densenet121, forward", found[slowest])


def imports(pairs: int) -> None:
    def importing(module: str) -> Callable[[], object]:
        command = [sys.executable, "-c", f"import {module}"]
        return lambda: subprocess.run(command, check=True)

    found = ratios(importing("densenet_lessons.densenet"), importing("torch"), pairs)
    row("import of the core", "import of torch", found)


def lessons(reference: Callable[[], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        regenerate.clean_environment(Path(folder))
        for lesson in LESSONS:
            stored = nbformat.read(lesson.path, as_version=4)
            once = [seconds(reference) for _ in range(5)]
            taken = seconds(lambda book=stored: regenerate.run(book, regenerate.NOTEBOOKS))
            row(f"run of lesson {lesson.number:02}", "densenet121, training step",
                [taken / statistics.median(once)])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--no-lessons", action="store_true", help="leave out the lessons: minutes")
    parser.add_argument("--compile", action="store_true", help="torch.compile too: a minute")
    parser.add_argument("--only-inference", action="store_true", help="for_inference alone")
    options = parser.parse_args()
    torch.manual_seed(0)
    images = torch.randn(options.batch, 3, 224, 224)
    model = torchvision.models.densenet121(weights=None)
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, batch {options.batch}, "
        f"224 pixels\n{'ours':36} {'reference':36} {'ratio':>8} {'spread':>8}"
    )
    inference(images, options.pairs, compiled=options.compile)
    if options.only_inference:
        return
    training(options.pairs)
    models(images, options.pairs)
    for name, ratio in panel_ratios().items():
        row(f"a move of the {name} panel", "encoding its picture", [ratio])
    for name, (click, hover) in touch_ratios().items():
        row(f"a click in the {name} panel", "a step of its slider", [click])
        row(f"hovering in the {name} panel", "a step of its slider", [hover])
    checks(lambda: forward(model, images))
    imports(max(3, options.pairs // 3))
    if not options.no_lessons:
        lessons(lambda: training_step(model, images))


if __name__ == "__main__":
    main()

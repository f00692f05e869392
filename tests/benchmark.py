"""Speed beside torchvision's DenseNet-121, as ratios in one run: ``python tests/benchmark.py``.

Each pair runs ours and torchvision's once, in alternating order; a ratio below 1 means that
ours took less time. Absolute times depend on the machine, ratios much less. Not part of the
tests: a busy machine would make them fail.
"""

import argparse
import statistics
import time

import torch
import torchvision

from densenet_lessons.densenet.models import densenet121


def pair(memory_efficient: bool) -> tuple[torch.nn.Module, torch.nn.Module]:
    """Ours and torchvision's, with the same weights."""
    theirs = torchvision.models.densenet121(weights=None, memory_efficient=memory_efficient)
    ours = densenet121(memory_efficient=memory_efficient)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def training_step(model: torch.nn.Module, images: torch.Tensor) -> None:
    model.zero_grad()
    model(images).sum().backward()


def forward(model: torch.nn.Module, images: torch.Tensor) -> None:
    with torch.no_grad():
        model(images)


def seconds(step, model: torch.nn.Module, images: torch.Tensor) -> float:
    start = time.perf_counter()
    step(model, images)
    return time.perf_counter() - start


def report(label: str, step, memory_efficient: bool, images: torch.Tensor, pairs: int) -> None:
    ours, theirs = pair(memory_efficient)
    for model in (ours, theirs):
        step(model, images)  # the first run allocates
    ratios = []
    for index in range(pairs):
        order = (ours, theirs) if index % 2 else (theirs, ours)
        taken = {id(model): seconds(step, model, images) for model in order}
        ratios.append(taken[id(ours)] / taken[id(theirs)])
    spread = f"from {min(ratios):.2f} to {max(ratios):.2f}"
    print(
        f"{label}: median {statistics.median(ratios):.3f} of {pairs} ratios, {spread}", flush=True
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=4)
    options = parser.parse_args()
    torch.manual_seed(0)
    images = torch.randn(options.batch, 3, 224, 224)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, densenet121, batch "
          f"{options.batch}, 224 pixels; ours / torchvision's")  # fmt: skip
    report("forward, plain", forward, False, images, options.pairs)
    report("training step, plain", training_step, False, images, options.pairs)
    report("training step, memory_efficient", training_step, True, images, options.pairs)

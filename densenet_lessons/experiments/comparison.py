"""A controlled comparison: plain, residual and dense nets of equal size on equal terms.

``python -m densenet_lessons.experiments.comparison`` runs it again, on the images that ship.
Each family tries the same learning rates on images held back from training; then each net is
trained on all training images with several seeds, and tested once. A stopped run goes on where
it was.
"""

import argparse
import json
import platform
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from densenet_lessons.data import LabelledImages, flip_and_crop, load_images
from densenet_lessons.densenet import DenseNet, cifar_spec
from densenet_lessons.experiments.baselines import matched_plain, matched_residual
from densenet_lessons.experiments.comparison_results import (
    RESULTS,
    Summary,
    load_comparison,
    summarise,
    verdicts,
)
from densenet_lessons.training import evaluate, one_cycle, plain_tensors, train

__all__ = [
    "RESULTS",
    "Run",
    "Summary",
    "build",
    "compare",
    "load_comparison",
    "perform",
    "split_off",
    "summarise",
]

FAMILIES = ("plain", "residual", "dense")
DEPTH = 16  # three blocks of two layers: at more depth the smallest nets get too narrow
#: Size -> growth rate of its DenseNet-BC; the other two families match its parameters.
SIZES = {"small": 6, "medium": 10, "large": 16}
LEARNING_RATES = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8)
TUNING_SIZE, TUNING_SEED = "medium", 100
SEEDS = (0, 1, 2, 3, 4)
HELD_BACK = 200  # images of each class to choose the learning rate by
EPOCHS, BATCH_SIZE, MOMENTUM, WEIGHT_DECAY = 8, 64, 0.9, 1e-4


@dataclass(frozen=True)
class Run:
    """One training: in the phase "tune" on a part of the training images, in "test" on all."""

    phase: str
    family: str
    size: str
    learning_rate: float
    seed: int


def build(family: str, size: str, *, seed: int) -> nn.Module:
    """A net of one family and size for the grey images that ship, with seeded weights.

    Raises:
        ValueError: if ``family`` or ``size`` is unknown.
    """
    builders = {"plain": matched_plain, "residual": matched_residual, "dense": _dense}
    if family not in builders:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {family!r}")
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}, got {size!r}")
    with plain_tensors(), torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return builders[family](cifar_spec(DEPTH, SIZES[size], in_channels=1))


def _dense(spec) -> DenseNet:
    return DenseNet(**vars(spec))


def split_off(data: LabelledImages, per_class: int) -> tuple[tuple[Tensor, Tensor], ...]:
    """(the rest, the last ``per_class`` images of each class): disjoint, both in the old order."""
    held = torch.zeros(len(data), dtype=torch.bool, device="cpu")
    for label in data.labels.unique():
        held[(data.labels == label).nonzero().flatten()[-per_class:]] = True
    return tuple((data.images[part], data.labels[part]) for part in (~held, held))


def perform(run: Run, *, epochs: int = EPOCHS, bfloat16: bool = False) -> dict:
    """Train one net, and measure it: on held-back training images, or on the test images."""
    data = load_images(split="train")
    if run.phase == "tune":
        train_data, test_data = split_off(data, HELD_BACK)
    else:
        train_data, test_data = data, load_images(split="test")
    model = build(run.family, run.size, seed=run.seed)
    history = train(
        model,
        train_data,
        epochs=epochs,
        learning_rate=run.learning_rate,
        schedule=one_cycle,
        batch_size=BATCH_SIZE,
        momentum=MOMENTUM,
        weight_decay=WEIGHT_DECAY,
        augment=flip_and_crop,
        seed=run.seed,
        device="cpu",
        autocast=torch.bfloat16 if bfloat16 else None,
    )
    if history.interrupted:
        raise KeyboardInterrupt
    return {
        **asdict(run),
        "accuracy": round(evaluate(model, test_data).accuracy, 4),
        "train_loss": round(history.loss[-1], 4),
        "train_accuracy": round(history.accuracy[-1], 4),
        "seconds": round(sum(history.seconds), 1),
    }


def compare(
    path: str | Path, *, workers: int = 1, epochs: int = EPOCHS, bfloat16: bool = False
) -> dict:
    """Do all runs that ``path`` does not hold yet, a line of JSON each; return the record.

    Args:
        path: the file of finished runs; its first line holds the settings.
        workers: trainings at a time, each on one thread.
        epochs: of each training.
        bfloat16: compute in bfloat16, faster on a CPU that has it.

    Raises:
        ValueError: if ``path`` holds runs with other settings.
    """
    path = Path(path)
    settings = _settings(epochs, bfloat16)
    done = _finished(path, settings)
    how = {"workers": workers, "epochs": epochs, "bfloat16": bfloat16}
    tuning = [
        Run("tune", family, TUNING_SIZE, rate, TUNING_SEED)
        for family in FAMILIES
        for rate in LEARNING_RATES
    ]
    done |= dict(_perform_all([run for run in tuning if run not in done], path, **how))
    chosen = {
        family: max(
            (run for run in tuning if run.family == family),
            key=lambda run: done[run]["accuracy"],
        ).learning_rate
        for family in FAMILIES
    }
    tests = [
        Run("test", family, size, chosen[family], seed)
        for seed in SEEDS  # outermost, so that a stopped comparison is a balanced one
        for size in SIZES
        for family in FAMILIES
    ]
    done |= dict(_perform_all([run for run in tests if run not in done], path, **how))
    record = {
        "title": "Plain, residual and dense nets with equal parameters on fashion_mnist_small",
        "made_by": "python -m densenet_lessons.experiments.comparison",
        "settings": settings,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "chosen": chosen,
        "nets": [_costs(family, size) for size in SIZES for family in FAMILIES],
        "tuning": [done[run] for run in tuning],
        "runs": [done[run] for run in tests],
    }
    return {**record, "verdicts": verdicts(summarise(record))}


def _settings(epochs: int, bfloat16: bool) -> dict:
    return {
        "depth": DEPTH,
        "growth_rates": SIZES,
        "learning_rates": list(LEARNING_RATES),
        "tuning_size": TUNING_SIZE,
        "tuning_seed": TUNING_SEED,
        "held_back_per_class": HELD_BACK,
        "seeds": list(SEEDS),
        "epochs": epochs,
        "batch_size": BATCH_SIZE,
        "optimizer": "SGD with Nesterov momentum",
        "momentum": MOMENTUM,
        "weight_decay": WEIGHT_DECAY,
        "schedule": one_cycle.__name__,
        "augment": flip_and_crop.__name__,
        "precision": "bfloat16" if bfloat16 else "float32",
        "device": "cpu, one thread a training",
    }


def _finished(path: Path, settings: dict) -> dict[Run, dict]:
    """The runs that the file holds; a new file gets the settings as its first line."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings) + "\n", encoding="utf8")
    lines = path.read_text(encoding="utf8").splitlines(keepends=True)
    if json.loads(lines[0]) != settings:
        raise ValueError(f"path must hold runs with the present settings, got {path}; delete it")
    if not lines[-1].endswith("\n"):  # cut off while it was written
        path.write_text("".join(lines[:-1]), encoding="utf8")
        del lines[-1]
    results = [json.loads(line) for line in lines[1:]]
    names = Run.__dataclass_fields__
    return {Run(**{name: result[name] for name in names}): result for result in results}


def _perform_all(
    runs: Sequence[Run], path: Path, *, workers: int, epochs: int, bfloat16: bool
) -> Iterator[tuple[Run, dict]]:
    """Do the runs in processes of one thread each, and note each in the file when it is done."""
    context = get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        futures = {pool.submit(perform, run, epochs=epochs, bfloat16=bfloat16): run for run in runs}
        try:
            for future in as_completed(futures):
                result = future.result()
                with path.open("a", encoding="utf8") as file:
                    file.write(json.dumps(result) + "\n")
                print(json.dumps(result), flush=True)
                yield futures[future], result
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _costs(family: str, size: str) -> dict:
    model = build(family, size, seed=0).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 1, 28, 28, device="cpu", dtype=torch.float32))
    return {
        "family": family,
        "size": size,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "macs": counter.get_total_flops() // 2,  # it counts multiplications and additions apart
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Run the comparison, and store its results.")
    parser.add_argument(
        "--runs", default="runs", type=Path, help="folder for finished runs (default: runs)"
    )
    parser.add_argument("--workers", type=int, default=2, help="trainings at a time")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--bfloat16", action="store_true", help="faster, where the CPU has it")
    options = vars(parser.parse_args(arguments))
    record = compare(options.pop("runs") / "comparison.jsonl", **options)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()

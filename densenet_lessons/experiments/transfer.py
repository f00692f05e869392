"""A trained net on a new task with few labels: which way up is the garment?

Nobody needs to label anything: each image is turned by 0 to 3 quarter turns, and the turn is
its class. The zoo's nets never learnt it. Three ways are compared:

- frozen: the trained features stay as they are, a new linear classifier learns.
- full: the same start, and every weight learns.
- scratch: the same net with fresh weights learns.

``python -m densenet_lessons.experiments.transfer`` measures it again, for several numbers of
labels and seeds, and writes the record that ships.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from densenet_lessons.data import ASSETS, LabelledImages, load_images, read_json
from densenet_lessons.densenet import DenseNet
from densenet_lessons.experiments.zoo import trained_densenet
from densenet_lessons.training import evaluate, one_cycle, train

RESULTS = ASSETS / "transfer.json"
WAYS = ("frozen", "full", "scratch")
TURNS = ("upright", "turned left", "upside down", "turned right")
TEST_IMAGES = 400


@dataclass(frozen=True)
class Transfer:
    """One training on the new task.

    Args:
        way: "frozen", "full" or "scratch".
        labels: images that it learnt from.
        seed: of the choice of images, the fresh weights and the order.
        accuracy: on test images of the same task, from 0 to 1; guessing gives 0.25.
    """

    way: str
    labels: int
    seed: int
    accuracy: float


def turned(data: LabelledImages, count: int, *, seed: int) -> LabelledImages:
    """Images turned by quarters: 4 classes, as many of each.

    Args:
        data: where the images are taken from, without repeating one.
        count: how many; divisible by 4.
        seed: of the choice.

    Shape:
        - ``images`` of the result: (count, C, H, W), uint8, with H = W

    Raises:
        ValueError: if ``count`` is not a multiple of 4 from 4 to the number of images, or the
            images are not square.
    """
    height, width = data.images.shape[-2:]
    if height != width:
        raise ValueError(f"data must hold square images, got {height}x{width}")
    if not (4 <= count <= len(data) and count % 4 == 0):
        raise ValueError(f"count must be a multiple of 4 from 4 to {len(data)}, got {count}")
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
    labels = torch.arange(count) % 4
    images = torch.stack(
        [
            torch.rot90(data.images[index], int(turns), (-2, -1))
            for index, turns in zip(order[:count], labels, strict=True)
        ]
    )
    return LabelledImages(data.name, data.split, images, labels, TURNS)


def adapt(net: DenseNet, data: LabelledImages, way: str, *, seed: int, epochs: int = 15):
    """Train a net for the classes of ``data``, in one of the three ways.

    Args:
        net: trained on other classes; it is changed in place.
        data: the images to learn from.
        way: "frozen", "full" or "scratch".
        seed: of the new weights and the order of the images.
        epochs: passes over the images; ten times as many for a classifier alone, whose
            features are computed once.

    Returns:
        The net, on the device on which it was.

    Raises:
        ValueError: if ``way`` is none of the three.
    """
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(map(repr, WAYS))}, got {way!r}")
    device = next(net.parameters()).device
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if way == "scratch":
            net = DenseNet.from_spec(net.spec).to(device)
        head = nn.Linear(net.classifier.in_features, len(data.class_names)).to(device)
    options = {"schedule": one_cycle, "batch_size": 20, "seed": seed, "device": device}
    if way != "frozen":
        net.classifier = head
        rate = 0.05 if way == "scratch" else 0.02
        train(net, data, epochs=epochs, learning_rate=rate, **options)
        return net
    net.classifier = nn.Identity()  # what is left gives the features
    with torch.no_grad():
        features = net.eval()(data.images.to(device).float() / 255)
    seen = LabelledImages("features", "train", features[:, :, None, None], data.labels, TURNS)
    train(nn.Sequential(nn.Flatten(), head), seen, epochs=10 * epochs, learning_rate=0.1, **options)
    net.classifier = head
    return net


def compare_ways(
    growth_rate: int = 4,
    *,
    labels: Sequence[int] = (40,),
    seeds: int = 3,
    progress: Callable[[Transfer], None] | None = None,
) -> list[Transfer]:
    """Each way with each number of labels and each seed, measured on the same test images.

    Args:
        growth_rate: of the zoo's net to start from.
        labels: numbers of images to learn from, multiples of 4.
        seeds: how many times each.
        progress: called after each training.
    """
    tests = turned(load_images(split="test"), TEST_IMAGES, seed=0)
    source = load_images(split="train")
    found = []
    for count in labels:
        for way in WAYS:
            for seed in range(seeds):
                net, _ = trained_densenet(growth_rate)
                net = adapt(net, turned(source, count, seed=seed + 1), way, seed=seed)
                found.append(Transfer(way, count, seed, evaluate(net, tests).accuracy))
                if progress is not None:
                    progress(found[-1])
    return found


def load_transfer(path: str | Path | None = None) -> tuple[Transfer, ...]:
    """The trainings of the record that ships.

    Args:
        path: of another record, as the command writes it.

    Raises:
        FileNotFoundError, RuntimeError: if the file is missing or damaged, with the way out.
    """
    file = RESULTS if path is None else Path(path)
    return read_json(file, lambda record: tuple(Transfer(**run) for run in record["runs"]))


def main() -> None:
    """Measure again and write the record."""
    parser = argparse.ArgumentParser(description="Measure the transfer to a new task again.")
    parser.add_argument("--growth-rate", type=int, default=4, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--into", type=Path, default=RESULTS, help="default: %(default)s")
    options = parser.parse_args()
    runs = compare_ways(
        options.growth_rate,
        labels=(20, 40, 80, 160, 320),
        seeds=options.seeds,
        progress=lambda run: print(run, flush=True),
    )
    record = {
        "growth_rate": options.growth_rate,
        "torch_version": torch.__version__,
        "runs": [asdict(run) for run in runs],
    }
    options.into.write_text(json.dumps(record, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()

"""Small trained DenseNets that ship with the course, one for each growth rate on its slider.

``python -m densenet_lessons.experiments.zoo`` trains them again on all of Fashion-MNIST. It
can be stopped at any time: the next start goes on after the last whole epoch.
"""

import argparse
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from densenet_lessons.costs import count_macs, count_parameters
from densenet_lessons.data import (
    ASSETS,
    damaged,
    flip_and_crop,
    load_images,
    read_checked,
    read_json,
)
from densenet_lessons.densenet import DenseNet, densenet_cifar
from densenet_lessons.training import evaluate, one_cycle, plain_tensors, text_progress, train

GROWTH_RATES = (2, 4, 8, 12, 16, 24)
DEPTH = 22  # three blocks of three bottleneck layers, on maps of 28, 14 and 7 pixels
FOLDER = ASSETS / "zoo"
MANIFEST = "manifest.json"
IMAGE_SIZE = 28


@dataclass(frozen=True)
class ZooRecord:
    """How a net of the zoo was trained, what it costs, and how well it does.

    ``test_accuracy`` is on the 10,000 test images of Fashion-MNIST, ``small_test_accuracy`` on
    the 2,000 of them that ship with the course. ``macs`` are for one image of 28x28 pixels,
    ``seconds`` is what all epochs took.
    """

    growth_rate: int
    block_config: tuple[int, ...]
    parameters: int
    macs: int
    epochs: int
    batch_size: int
    learning_rate: float
    schedule: str
    precision: str
    seed: int
    test_accuracy: float
    small_test_accuracy: float
    seconds: int
    torch_version: str
    device: str
    threads: int
    sha256: str


def zoo_records() -> dict[int, ZooRecord]:
    """The record of each net that ships, by its growth rate.

    Raises:
        FileNotFoundError, RuntimeError: if the file is missing or damaged, with the command
            that restores it.
    """
    return read_json(
        FOLDER / MANIFEST,
        lambda content: {int(rate): _record(net) for rate, net in content["nets"].items()},
    )


def _record(fields: dict) -> ZooRecord:
    return ZooRecord(**{**fields, "block_config": tuple(fields["block_config"])})


def trained_densenet(growth_rate: int) -> tuple[DenseNet, ZooRecord]:
    """A trained DenseNet-BC for grey images of 28x28 garments, in eval mode, and its record.

    It wants pixels from 0 to 1, that is ``images / 255``.

    Args:
        growth_rate: k, one of 2, 4, 8, 12, 16, 24.

    Raises:
        ValueError: if there is no net for this growth rate.
        FileNotFoundError, RuntimeError: if a file of the zoo is missing or damaged, with the
            command that restores it.
    """
    if isinstance(growth_rate, bool) or growth_rate not in GROWTH_RATES:
        allowed = ", ".join(map(str, GROWTH_RATES))
        raise ValueError(f"growth_rate must be one of {allowed}, got {growth_rate!r}")
    records = zoo_records()
    if growth_rate not in records:
        raise damaged(FOLDER / MANIFEST, f"it holds no net for growth rate {growth_rate}")
    path, record = _weights_path(growth_rate), records[growth_rate]
    weights = io.BytesIO(read_checked(path, record.sha256))
    model = _new_net(growth_rate)
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return model.eval(), record


def train_zoo(
    growth_rates: Sequence[int],
    *,
    root: str | Path | None,
    download: bool = False,
    runs: str | Path = "runs",
    epochs: int = 10,
    learning_rate: float = 0.1,
    batch_size: int = 64,
    seed: int = 0,
    bfloat16: bool = False,
) -> None:
    """Train nets to the end of their schedule, and store weights and records in the package.

    Args:
        growth_rates: which nets, in this order.
        root, download: where Fashion-MNIST is, and whether it may be fetched; see
            ``data.load_images``.
        runs: folder for the checkpoints, one a net.
        epochs, learning_rate, batch_size, seed: as in ``training.train``.
        bfloat16: compute in bfloat16, about twice as fast on a CPU that has it.
    """
    data = load_images("fashion_mnist", split="train", root=root, download=download)
    test = load_images("fashion_mnist", split="test", root=root, download=download)
    small_test = load_images(split="test")
    for growth_rate in growth_rates:
        print(f"growth rate {growth_rate}", flush=True)
        model = _new_net(growth_rate, seed=seed)
        history = train(
            model,
            data,
            epochs=epochs,
            learning_rate=learning_rate,
            schedule=one_cycle,
            batch_size=batch_size,
            augment=flip_and_crop,
            seed=seed,
            autocast=torch.bfloat16 if bfloat16 else None,
            progress=text_progress,
            checkpoint=Path(runs) / f"zoo_k{growth_rate}.pt",
        )
        if history.interrupted:
            return
        device = next(model.parameters()).device.type
        path = _store_weights(model, growth_rate)
        record = ZooRecord(
            growth_rate=growth_rate,
            block_config=model.spec.block_config,
            parameters=count_parameters(model.spec),
            macs=count_macs(model.spec, IMAGE_SIZE),
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            schedule=one_cycle.__name__,
            precision="bfloat16" if bfloat16 else "float32",
            seed=seed,
            test_accuracy=round(evaluate(model, test, device="cpu").accuracy, 4),
            small_test_accuracy=round(evaluate(model, small_test, device="cpu").accuracy, 4),
            seconds=round(sum(history.seconds)),
            torch_version=torch.__version__,
            device=device,
            threads=torch.get_num_threads(),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        _store_record(record)
        print(
            f"growth rate {growth_rate}: {record.parameters:,} parameters, "
            f"test accuracy {record.test_accuracy:.4f}, on the shipped images "
            f"{record.small_test_accuracy:.4f}",
            flush=True,
        )


def _store_weights(model: DenseNet, growth_rate: int) -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = _weights_path(growth_rate)
    weights = {name: value.cpu().contiguous() for name, value in model.state_dict().items()}
    torch.save(weights, path)
    return path


def _store_record(record: ZooRecord) -> None:
    records = zoo_records() if (FOLDER / MANIFEST).is_file() else {}
    records = dict(sorted({**records, record.growth_rate: record}.items()))
    content = {
        "title": "DenseNet-BC for growth rates 2 to 24, trained on the 60,000 Fashion-MNIST images",
        "made_by": "python -m densenet_lessons.experiments.zoo",
        "nets": {str(rate): asdict(one) for rate, one in records.items()},
    }
    (FOLDER / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf8")


def _new_net(growth_rate: int, *, seed: int = 0) -> DenseNet:
    with plain_tensors(), torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return densenet_cifar(DEPTH, growth_rate, in_channels=1)


def _weights_path(growth_rate: int) -> Path:
    return FOLDER / f"growth_rate_{growth_rate:02d}.pt"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train the zoo again on all of Fashion-MNIST.")
    parser.add_argument(
        "growth_rates",
        nargs="*",
        type=int,
        default=list(GROWTH_RATES),
        help="which nets, in this order (default: all)",
    )
    parser.add_argument("--root", help="folder that holds FashionMNIST/raw")
    parser.add_argument("--download", action="store_true", help="fetch the data into --root")
    parser.add_argument("--runs", default="runs", help="folder for checkpoints (default: runs)")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--threads", type=int, help="CPU threads to use")
    parser.add_argument("--bfloat16", action="store_true", help="faster, where the CPU has it")
    options = vars(parser.parse_args(arguments))
    if (threads := options.pop("threads")) is not None:
        torch.set_num_threads(threads)
    train_zoo(options.pop("growth_rates"), **options)


if __name__ == "__main__":
    main()

"""CPU seconds until a test accuracy of 0.885 on all of Fashion-MNIST, for two DenseNets.

``python tests/time_to_accuracy.py --root FOLDER``, where FOLDER holds FashionMNIST/raw. 0.885 is
what the DenseNet section of "Dive into Deep Learning" (d2l.ai, 8.7) stores as its result after 10
epochs on images of 96 pixels. The lesson's net is trained to the end of a short schedule and
tested. A net of that section's design is timed for some steps, and the rest is extrapolated. Both
are measured in one process, in CPU seconds of all threads together. Not part of the tests.
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch.nn import functional as F

from densenet_lessons.costs.counting import count_parameters
from densenet_lessons.data.small import load_images
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.training import evaluate, one_cycle, train

GOAL = 0.885
TEXTBOOK_EPOCHS, TEXTBOOK_BATCH, TEXTBOOK_SIZE = 10, 128, 96
WARM_UP_STEPS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def lesson_net() -> DenseNet:
    """The net that lesson 06 trains."""
    torch.manual_seed(0)
    net = DenseNet(12, (2, 2), 24, num_classes=10, in_channels=1, small_inputs=True)
    net.features.conv0.stride = (2, 2)
    return net


def textbook_net() -> DenseNet:
    """7x7/2 stem, four blocks of four plain layers, k = 32; the section's convolutions have biases
    too, which cost next to nothing.
    """
    torch.manual_seed(0)
    return DenseNet(32, (4, 4, 4, 4), 64, bn_size=None, num_classes=10, in_channels=1)


def textbook_epoch(model: DenseNet, data, steps: int) -> tuple[float, int]:
    """CPU seconds of an epoch, from ``steps`` timed steps; and the steps of an epoch."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    order = torch.randperm(len(data.images), generator=torch.Generator().manual_seed(0))
    batches = order.split(TEXTBOOK_BATCH)

    def run(some: tuple[torch.Tensor, ...]) -> None:
        for chosen in some:
            images = F.interpolate(data.images[chosen] / 255, TEXTBOOK_SIZE, mode="bilinear")
            loss = F.cross_entropy(model(images), data.labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    run(batches[:WARM_UP_STEPS])
    timed = batches[WARM_UP_STEPS : WARM_UP_STEPS + steps]
    return cpu_seconds(lambda: run(timed)) / len(timed) * len(batches), len(batches)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help="folder that holds FashionMNIST/raw")
    parser.add_argument("--epochs", type=int, default=2, help="of the lesson's net")
    parser.add_argument("--steps", type=int, default=200, help="timed steps of the other net")
    options = parser.parse_args()
    data = load_images("fashion_mnist", split="train", root=options.root)
    test = load_images("fashion_mnist", split="test", root=options.root)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, float32", flush=True)

    other = textbook_net()
    epoch, steps = textbook_epoch(other, data, options.steps)
    other_seconds = epoch * TEXTBOOK_EPOCHS
    print(
        f"textbook's design, {count_parameters(other.spec):,} parameters: {epoch:.0f} CPU s for an "
        f"epoch of {steps} steps (extrapolated from {options.steps}), {other_seconds:.0f} s for "
        f"{TEXTBOOK_EPOCHS} epochs",
        flush=True,
    )
    ours = lesson_net()
    seconds = cpu_seconds(
        lambda: train(
            ours, data, epochs=options.epochs, learning_rate=0.4, schedule=one_cycle,
            device="cpu",
        )
    )  # fmt: skip
    accuracy = evaluate(ours, test).accuracy
    reached = "reached" if accuracy >= GOAL else "NOT reached"
    print(
        f"lesson's net, {count_parameters(ours.spec):,} parameters: {seconds:.0f} CPU s for "
        f"{options.epochs} epochs, test accuracy {accuracy:.4f} ({GOAL} {reached})"
    )
    print(f"{other_seconds / seconds:.0f} times fewer CPU seconds")

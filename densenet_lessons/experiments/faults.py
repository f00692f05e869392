"""Three short trainings with one fault each, to learn reading curves from."""

from collections.abc import Callable

import torch
from torch import nn

from densenet_lessons.training import History, one_cycle, plain_tensors, train

#: Run -> what is wrong with it, and its training images, largest rate, and whether labels fit.
FAULTS = {
    "A": ("too few images", 100, 0.2, True),
    "B": ("labels shuffled", 300, 0.1, False),
    "C": ("rate too low", 300, 0.001, True),
}


def faulty_runs(
    build: Callable[[], nn.Module], train_data, test_data, *, epochs: int = 12, seed: int = 0
) -> dict[str, History]:
    """The histories of the three runs, by the names of ``FAULTS``.

    Args:
        build: makes a new net; called once for each run, with the same random state.
        train_data, test_data: with ``images`` (N, C, H, W) and ``labels`` (N,).
        epochs, seed: as in ``training.train``.

    The stop button ends all three: the run that is stopped, and those to come, say so in their
    ``interrupted``.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(train_data.labels), generator=generator, device="cpu")
    mixed = train_data.labels[order]
    histories = dict.fromkeys(FAULTS, History(interrupted=True))
    for name, (_, count, learning_rate, fitting) in FAULTS.items():
        labels = train_data.labels if fitting else mixed
        with plain_tensors(), torch.random.fork_rng([]):
            torch.manual_seed(seed)
            net = build()
        histories[name] = train(
            net, (train_data.images[:count], labels[:count]), epochs=epochs, batch_size=10,
            learning_rate=learning_rate, schedule=one_cycle, seed=seed, device="cpu",
            test_data=(test_data.images[:200], test_data.labels[:200]),
        )  # fmt: skip
        if histories[name].interrupted:
            break
    return histories

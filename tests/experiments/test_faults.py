"""The three faulty runs: each has its own fault and no other."""

from types import SimpleNamespace

import torch
from torch import nn

from densenet_lessons.experiments import faults
from densenet_lessons.pictures import plot_runs
from densenet_lessons.training import History


def test_each_run_has_one_fault(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    data = SimpleNamespace(
        images=torch.rand(400, 1, 2, 2, generator=generator), labels=torch.arange(400) % 10
    )
    seen = []

    def pretend(net, pair, **how):
        seen.append((net, pair, how))
        return History()

    monkeypatch.setattr(faults, "train", pretend)
    state = torch.get_rng_state()
    runs = faults.faulty_runs(lambda: nn.Linear(4, 10), data, data)
    assert torch.equal(torch.get_rng_state(), state)
    assert list(runs) == ["A", "B", "C"]
    few, shuffled, slow = seen
    assert len(few[1][0]) < len(shuffled[1][0]) == len(slow[1][0])
    for net, (images, labels), _ in seen:
        assert torch.equal(net.weight, few[0].weight)
        assert torch.equal(images, data.images[: len(images)])
        fitting = torch.equal(labels, data.labels[: len(labels)])
        assert fitting == (net is not shuffled[0])
    assert slow[2]["learning_rate"] < 0.1 * shuffled[2]["learning_rate"]


def test_the_stop_button_ends_all_three_and_they_can_still_be_drawn(monkeypatch):
    data = SimpleNamespace(images=torch.rand(400, 1, 2, 2), labels=torch.arange(400) % 10)
    answers = iter(
        [History((2.0,), (0.1,), (0.1,)), History((2.0,), (0.1,), (0.1,), interrupted=True)]
    )
    monkeypatch.setattr(faults, "train", lambda *_, **__: next(answers))
    runs = faults.faulty_runs(lambda: nn.Linear(4, 10), data, data)
    assert [run.interrupted for run in runs.values()] == [False, True, True]
    assert len(plot_runs(runs).axes) == 6

"""The paths panel: its slopes are autograd's, its paths add up, its words fit its picture."""

import pytest
import torch

from densenet_lessons.panels import gradient_paths
from densenet_lessons.panels.gradient_paths.paths import NETS, paths_of, slopes


def by_autograd(net, num_layers, w) -> list[float]:
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    seen = [x]
    for _ in range(num_layers):
        new = w * sum(seen)
        seen = {"plain": [new], "residual": [seen[0] + new], "dense": [*seen, new]}[net]
    return [torch.autograd.grad(one, x, retain_graph=True)[0].item() for one in seen]


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("w", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_the_paths_add_up_to_autograds_slopes(net, num_layers, w):
    expected = by_autograd(net, num_layers, w)
    assert list(slopes(net, num_layers, w).values()) == pytest.approx(expected)
    panel = gradient_paths(net)
    panel.set(layers=num_layers, w=w)
    assert f"{sum(expected):.4g}." in panel.sentence
    paths = paths_of(net, num_layers)
    assert len(panel.scene.film) == len(paths) + 1
    brought = [float(step.words.rstrip(".").split()[-1]) for step in panel.scene.film]
    assert sum(brought[:-1]) == pytest.approx(sum(expected), abs=1e-3)
    assert brought[-1] == pytest.approx(sum(expected), abs=1e-3)
    ways = [step.lights[0][0] for step in panel.scene.film[:-1]]
    assert len(set(ways)) == len(paths)


def test_a_net_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="net must be one of plain, residual, dense, got 'rnn'"):
        gradient_paths("rnn")

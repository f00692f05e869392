"""The planner: its numbers are the built net's, and it tells which budget is broken."""

import re

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from densenet_lessons.densenet import DenseNet
from densenet_lessons.exercises import MAX_MACS, MAX_PARAMETERS
from densenet_lessons.panels import base, net_planner

SETTINGS = [
    {},
    {"growth_rate": 4, "num_init_features": 8},
    {"growth_rate": 1, "num_layers": 1, "num_blocks": 1, "num_init_features": 2},
    {"growth_rate": 4, "num_layers": 8, "num_blocks": 1, "num_init_features": 8},
    {"growth_rate": 5, "num_layers": 2, "num_blocks": 4, "num_init_features": 16},
    {"growth_rate": 16, "num_layers": 8, "num_blocks": 4, "num_init_features": 32},
]


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


@pytest.fixture
def panel():
    return net_planner()


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_it_counts_what_the_built_net_has_and_does(panel, setting, one_thread):
    panel.set(**setting)
    v = panel.values
    blocks = (v["num_layers"],) * v["num_blocks"]
    net = DenseNet(
        v["growth_rate"], blocks, v["num_init_features"],
        num_classes=10, in_channels=1, small_inputs=True,
    ).eval()  # fmt: skip
    parameters = sum(p.numel() for p in net.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.zeros(1, 1, 28, 28))
    macs = counter.get_total_flops() // 2
    assert f"{parameters:,} parameters of {MAX_PARAMETERS:,}" in panel.sentence
    assert f"{macs:,} multiply-adds of {MAX_MACS:,}" in panel.sentence
    verdict = {
        (True, True): "fits the budget", (True, False): "too much work",
        (False, True): "too many parameters", (False, False): "over both budgets",
    }[parameters <= MAX_PARAMETERS, macs <= MAX_MACS]  # fmt: skip
    assert verdict in panel.sentence


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_pieces_add_up(panel, setting):
    panel.set(**setting)
    labels = [region.label for region in panel.scene.regions]
    for quantity in ("parameters", "multiply-adds"):
        pieces = [int(n.replace(",", "")) for label in labels
                  for n in re.findall(rf"([\d,]+) {quantity}", label)]  # fmt: skip
        assert f"{sum(pieces):,} {quantity} of" in panel.sentence


def test_settings_for_every_verdict_are_tried():
    found = set()
    for setting in SETTINGS:
        panel = net_planner()
        panel.set(**setting)
        found.add(panel.sentence.split(":")[0])
    assert len(found) >= 3

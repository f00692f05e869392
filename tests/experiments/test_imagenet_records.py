"""ImageNet's records: torchvision's own, of the nets that are ours."""

import math

import numpy as np
import pytest
import torch
import torchvision

from densenet_lessons.costs import count_macs, count_parameters
from densenet_lessons.densenet import IMAGENET_NETS
from densenet_lessons.exercises import lesson05
from densenet_lessons.experiments import below_residual, imagenet_records
from densenet_lessons.pictures import plot_records


@pytest.fixture(autouse=True)
def _no_download(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("downloads")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)


def test_the_records_are_those_of_the_nets_themselves():
    records = imagenet_records()
    assert [one.family for one in records] == ["residual"] * 5 + ["dense"] * 4
    for one in records:
        with torch.device("meta"):
            net = getattr(torchvision.models, one.name)()
        assert one.parameters == sum(parameter.numel() for parameter in net.parameters())
        assert one.megabytes == pytest.approx(4 * one.parameters / 2**20, rel=0.02)
        assert 0.5 < one.accuracy < 0.9
    for family in ("residual", "dense"):
        work = [one.gmacs for one in records if one.family == family]
        assert work == sorted(work)


def test_our_formulas_give_the_dense_nets_costs():
    for one in imagenet_records():
        if one.family == "dense":
            spec = IMAGENET_NETS[one.name]
            assert one.parameters == count_parameters(spec)
            assert one.gmacs == pytest.approx(count_macs(spec, 224) / 1e9, abs=0.0006)


def test_what_is_drawn_are_the_records():
    records = imagenet_records()
    every = plot_records(records).axes
    for axes, costs in zip(
        every,
        (
            [one.parameters / 1e6 for one in records],
            [one.gmacs for one in records],
            [one.megabytes for one in records],
        ),
        strict=True,
    ):
        drawn = [point for line in axes.get_lines() for point in zip(*line.get_data(), strict=True)]
        right = [(cost, 100 * one.accuracy) for cost, one in zip(costs, records, strict=True)]
        assert sorted(drawn) == sorted(right)
        assert len(axes.texts) == len(records)


def test_one_dense_net_lies_below_the_residual_line_and_the_exercise_asks_for_it():
    records = imagenet_records()
    below = {}
    for cost in ("parameters", "gmacs", "megabytes"):
        line = [(math.log(getattr(r, cost)), r.accuracy) for r in records if r.family == "residual"]
        xs, ys = zip(*line, strict=True)
        below[cost] = [
            r.name
            for r in records
            if r.family == "dense" and r.accuracy < np.interp(math.log(getattr(r, cost)), xs, ys)
        ]
    # Left of the line's beginning, interp continues it level: still below a dense net.
    assert below == {"parameters": [], "gmacs": ["densenet161"], "megabytes": []}
    assert {cost: below_residual(records, cost) for cost in below} == below
    assert lesson05.below_the_line.check(161)

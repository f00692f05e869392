"""ImageNet's records: torchvision's own, of the nets that are ours."""

import pytest
import torch
import torchvision

from densenet_lessons.costs import count_macs, count_parameters
from densenet_lessons.densenet import IMAGENET_NETS
from densenet_lessons.experiments import imagenet_records
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

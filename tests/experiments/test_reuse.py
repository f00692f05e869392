"""The record of who reads whose features: complete, and measured again where that is quick."""

import json
from dataclasses import asdict

import pytest

from densenet_lessons.data import load_images
from densenet_lessons.experiments import reuse
from densenet_lessons.experiments.reuse import load_reuse, measure_block
from densenet_lessons.experiments.zoo import GROWTH_RATES, trained_densenet
from densenet_lessons.probes import filter_weight_map

pytestmark = pytest.mark.usefixtures("one_thread")

RECORD = load_reuse()


def test_each_link_and_each_source_of_the_zoo_stands_in_it_once():
    places = [(link.growth_rate, link.block, link.source, link.reader) for link in RECORD.links]
    assert places == [
        (k, block, source, reader)
        for k in GROWTH_RATES
        for block in (1, 2, 3)
        for source in range(4)
        for reader in range(source + 1, 5)
    ]
    assert [(s.growth_rate, s.block, s.source) for s in RECORD.sources] == [
        (k, block, source) for k in GROWTH_RATES for block in (1, 2, 3) for source in range(4)
    ]
    assert RECORD.images == len(load_images(split="test"))


@pytest.mark.parametrize("growth_rate", GROWTH_RATES)
def test_filter_weights_are_those_of_the_nets(growth_rate):
    model, _ = trained_densenet(growth_rate)
    for block in (1, 2, 3):
        values = filter_weight_map(model, block=block).values
        for link in RECORD.links_of(growth_rate=growth_rate, block=block):
            expected = values[link.source, link.reader - 1]
            assert link.filter_weight == pytest.approx(expected, abs=1e-5)


def test_one_block_measured_again():
    links, sources = measure_block(2, 3)
    for found, stored in zip(links, RECORD.links_of(growth_rate=2, block=3), strict=True):
        # An image or two may lie on the border of two classes.
        assert asdict(found) == pytest.approx(asdict(stored), rel=2e-3, abs=2e-3)
    stored = [s for s in RECORD.sources if (s.growth_rate, s.block) == (2, 3)]
    for found, expected in zip(sources, stored, strict=True):
        assert asdict(found) == pytest.approx(asdict(expected), rel=2e-3, abs=2e-3)


def test_a_link_that_is_the_only_one_costs_what_its_source_costs():
    for link in RECORD.links:
        if link.source == 3:
            source = next(
                s
                for s in RECORD.sources
                if (s.growth_rate, s.block, s.source) == (link.growth_rate, link.block, 3)
            )
            assert link.accuracy_lost == source.accuracy_lost
            assert link.loss_gained == pytest.approx(source.loss_gained, abs=1e-4)


def test_without_a_blocks_input_every_image_gets_one_class():
    for source in RECORD.sources:
        if source.source == 0:
            accuracy = trained_densenet(source.growth_rate)[1].small_test_accuracy
            assert accuracy - source.accuracy_lost == pytest.approx(0.1, abs=1e-3)


def test_what_is_stored_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(reuse, "RECORD", tmp_path / "reuse.json")
    reuse.store(RECORD.links, RECORD.sources)
    assert load_reuse.__wrapped__() == RECORD


@pytest.mark.parametrize("broken", ["{", json.dumps({"images": 1, "links": [{}]})])
def test_a_damaged_file_says_what_to_do(tmp_path, monkeypatch, broken):
    path = tmp_path / "reuse.json"
    path.write_text(broken, encoding="utf8")
    monkeypatch.setattr(reuse, "RECORD", path)
    with pytest.raises(RuntimeError, match=r"damaged.*restore it with"):
        load_reuse.__wrapped__()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"missing.*restore it with"):
        load_reuse.__wrapped__()

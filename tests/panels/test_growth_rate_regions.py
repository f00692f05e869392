"""What the growth rate explorer answers where it is touched, and its film."""

import numpy as np
import pytest
import torch

from densenet_lessons.data import FASHION_CLASSES
from densenet_lessons.experiments import trained_densenet
from densenet_lessons.panels import base, growth_rate_explorer
from densenet_lessons.panels.growth_rate.nets import likeness, pictures

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


def block_output(growth_rate, image, block) -> np.ndarray:
    caught = []
    model, _ = trained_densenet(growth_rate)
    found = model.get_submodule(f"features.denseblock{block}")
    with torch.no_grad():
        handle = found.register_forward_hook(lambda _, __, output: caught.append(output[0]))
        model(pictures()[image].unsqueeze(0))
        handle.remove()
    return caught[0].numpy()


@pytest.mark.parametrize("view", ["one block", "whole net"])
def test_a_map_tells_its_source_range_and_likeness_and_a_click_enlarges_it(view):
    panel = growth_rate_explorer(8, "dress", view=view)
    panel.set(view=view)
    values = block_output(8, "dress", 1)
    place = next(
        index
        for index, region in enumerate(panel.scene.regions)
        if region.label.startswith("Map 17 of block 1")
    )
    alike = likeness(pictures()["dress"], values[17])
    assert panel.scene.regions[place].label == (
        f"Map 17 of block 1, from layer 1: values from {values[17].min():.2f} to "
        f"{values[17].max():.2f}, likeness {alike:.2f} with the picture."
    )
    panel._touched("choose", place)
    assert panel.values | {"view": "one block", "map": 17} == panel.values
    assert "Map 17 comes from layer 1. " in panel.sentence
    assert panel.scene.regions[panel._hot.chosen].label.startswith("Map 17 of block 1")
    panel._touched("leave", 0)
    assert panel.values["view"] == "whole net"


def test_each_class_tells_its_share():
    panel = growth_rate_explorer(4, "bag")
    with torch.no_grad():
        logits = trained_densenet(4)[0](pictures()["bag"].unsqueeze(0))[0]
    labels = {region.label for region in panel.scene.regions}
    for name, share in zip(FASHION_CLASSES, logits.softmax(0).tolist(), strict=True):
        end = ", which is the true class." if name == "bag" else "."
        assert f"The net gives {share:.1%} to {name}{end}" in labels


@pytest.mark.parametrize("growth_rate", [2, 24])
def test_the_film_makes_every_map_where_the_net_makes_it(growth_rate):
    panel = growth_rate_explorer(growth_rate, view="whole net")
    regions, film = panel.scene.regions, panel.scene.film
    assert sorted(index for step in film for index in step.shows) == [*range(len(regions))]
    model, _ = trained_densenet(growth_rate)
    widths = [2 * growth_rate]
    for step in film[1:-1]:
        labels = [regions[index].label for index in step.shows]
        if step.words.startswith("Layer"):
            layer, block = step.words.split()[1], step.words.split()[4]
            assert f"reads all {sum(widths)} channels and adds {growth_rate}" in step.words
            assert all(f"of block {block}, from layer {layer}:" in label for label in labels)
            read = model.get_submodule(f"features.denseblock{block}.denselayer{layer}.norm1")
            assert read.num_features == sum(widths)
            widths.append(len(labels))
        else:
            if step.words.startswith("Transition"):
                assert f"mixes {sum(widths)} channels into {len(labels)}" in step.words
                widths = [len(labels)]
            assert all("from the block's input" in label for label in labels)
    assert f"each of {model.classifier.in_features} channels" in film[-1].words


def test_the_film_of_one_block_covers_the_enlarged_map_until_it_is_made():
    panel = growth_rate_explorer(12)
    panel.set(map=40)  # of layer 2
    shown = [[panel.scene.regions[i].label for i in step.shows] for step in panel.scene.film]
    assert [any(label.startswith("Map 40, enlarged") for label in labels) for labels in shown] == [
        False, False, False, True, False, False,
    ]  # fmt: skip

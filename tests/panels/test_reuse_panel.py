"""The reuse explorer: its numbers are the record's, its answers those of a net cut by hand."""

import numpy as np
import pytest
import torch

from densenet_lessons.data import FASHION_CLASSES
from densenet_lessons.experiments import load_reuse, trained_densenet
from densenet_lessons.panels import base, reuse_explorer
from densenet_lessons.panels.growth_rate.nets import pictures
from densenet_lessons.panels.reuse import picture
from densenet_lessons.panels.reuse.nets import silent_shares, weights_of

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


def label(panel, start):
    return next(one.label for one in panel.scene.regions if one.label.startswith(start))


def place(panel, start):
    return next(at for at, one in enumerate(panel.scene.regions) if one.label.startswith(start))


def shares_by_hand(growth_rate, image, block, source, readers):
    """The shares when the norm of each reader puts out its shift in the source's channels."""
    model, _ = trained_densenet(growth_rate)
    features = model.features
    dense = getattr(features, f"denseblock{block}")
    last = features.norm4 if block == 3 else getattr(features, f"transition{block}").norm
    norms = [*(layer.norm1 for layer in dense), last]
    ends = [0, *(norm.num_features for norm in norms)]
    start, stop = ends[source : source + 2]

    def hook(norm, _, out):
        out = out.clone()
        out[:, start:stop] = norm.bias[start:stop].view(1, -1, 1, 1)
        return out

    for reader in readers:
        norms[reader - 1].register_forward_hook(hook)
    with torch.no_grad():
        return model(pictures()[image][None])[0].softmax(0).numpy()


@pytest.mark.parametrize(("growth_rate", "block", "source"), [(4, 1, 0), (12, 2, 3), (2, 3, 1)])
def test_silence_is_what_a_net_cut_by_hand_says(growth_rate, block, source):
    for reader in (None, source + 1, 4):
        readers = range(source + 1, 5) if reader is None else [reader]
        found = silent_shares(growth_rate, "coat", block, source, reader)
        expected = shares_by_hand(growth_rate, "coat", block, source, readers)
        assert tuple(found) == FASHION_CLASSES
        np.testing.assert_allclose(list(found.values()), expected, atol=1e-4)


@pytest.mark.parametrize("block", [1, 2, 3])
def test_each_link_tells_the_numbers_of_the_record_and_a_click_chooses_it(block):
    panel = reuse_explorer(8)
    panel.set(block=block)
    names = {4: "The transition" if block < 3 else "The classifier"}
    for link in load_reuse().links_of(growth_rate=8, block=block):
        reader = names.get(link.reader, f"Layer {link.reader}")
        source = f"layer {link.source}" if link.source else "the block's input"
        start = f"{reader} reads {source}: "
        told = label(panel, start)
        assert f"mean |w| {link.filter_weight:.3f}, times spread {link.read_weight:.3f}." in told
        assert f"costs {100 * link.accuracy_lost:.1f} points of accuracy" in told
        panel._touched("choose", place(panel, start))
        assert panel.values | {"source": link.source, "reader": link.reader} == panel.values
        assert panel.values["silence"] == "nothing"
        assert told in panel.sentence


def test_an_opened_link_falls_silent_and_escape_gives_it_its_voice_back():
    panel = reuse_explorer(12, "coat")
    panel._touched("open", place(panel, "The transition reads layer 3"))
    assert panel.values | {"source": 3, "reader": 4, "silence": "this link"} == panel.values
    assert "it calls this coat a pullover, and no longer a coat." in panel.sentence
    panel._touched("leave", 0)
    assert panel.values["silence"] == "nothing"
    assert "With nothing silent, it calls this coat a coat." in panel.sentence


def test_a_sources_name_silences_it_for_all():
    panel = reuse_explorer(12, "coat")
    panel.set(block=3)
    cost = next(
        s.accuracy_lost
        for s in load_reuse().sources
        if (s.growth_rate, s.block, s.source) == (12, 3, 1)
    )
    start = f"Silence layer 1 for all its readers: costs {100 * cost:.1f} points"
    panel._touched("choose", place(panel, start))
    assert panel.values | {"source": 1, "silence": "this source"} == panel.values
    assert panel.values["reader"] > 1
    now = silent_shares(12, "coat", 3, 1, None)
    assert label(panel, f"The net gives {now['coat']:.1%} to coat; with nothing silent it is")


def test_readers_stand_behind_their_source():
    panel = reuse_explorer()
    panel.set(source=3)
    assert panel.values["reader"] == 4
    panel.set(source=0, reader=1)
    buttons = panel.controls["reader"].children[0]
    assert list(buttons._options_full) == [
        ("layer 1", 1), ("layer 2", 2), ("layer 3", 3), ("what follows", 4)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="reader must be"):
        panel.set(source=2, reader=1)


@pytest.mark.parametrize(("block", "reader"), [(1, 2), (2, 4), (3, 4)])
def test_the_filters_are_the_links_own_weights(block, reader):
    model, _ = trained_densenet(12)
    dense = getattr(model.features, f"denseblock{block}")
    weight = {
        (1, 2): dense.denselayer2.conv1.weight,
        (2, 4): model.features.transition2.conv.weight,
        (3, 4): model.classifier.weight[:, :, None, None],
    }[block, reader]
    width = dense.denselayer1.norm1.num_features
    found = weights_of(12, block, 1, reader)
    np.testing.assert_array_equal(found, weight.detach()[:, width : width + 12, 0, 0].numpy())


@pytest.mark.parametrize("growth_rate", [2, 24])
@pytest.mark.parametrize("block", [1, 3])
def test_every_part_lies_in_the_picture_and_apart_from_the_others(growth_rate, block):
    panel = reuse_explorer(growth_rate)
    panel.set(block=block, silence="this source")
    boxes = [(one.x, one.y, one.width, one.height) for one in panel.scene.regions]
    for x, y, width, height in boxes:
        assert 0 <= x < x + width <= picture.WIDTH
        assert 0 <= y < y + height <= picture.HEIGHT
    for at, (x, y, width, height) in enumerate(boxes):
        for left, top, wide, tall in boxes[at + 1 :]:
            assert x + width <= left or left + wide <= x or y + height <= top or top + tall <= y


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"growth_rate": 5}, "growth_rate must be one of 2, 4, 8, 12, 16, 24, got 5"),
        ({"image": "hat"}, "image must be one of .* got 'hat'"),
    ],
)
def test_what_is_not_on_offer_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        reuse_explorer(**options)

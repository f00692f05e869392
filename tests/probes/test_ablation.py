"""Silence against norms whose outputs are overwritten by hand; all trials against one by one."""

import math
from contextlib import contextmanager

import numpy as np
import pytest
import torch
import torchvision
from probe_nets import same_state, small_net, some_images, state_of
from torch.nn import functional as F

from densenet_lessons.probes.ablation import Link, ablate, silence

ENDS = {1: [0, 5, 8, 11], 2: [0, 5, 8, 11, 14]}


@contextmanager
def overwritten(net, block, source, readers):
    """By hand: the norm of each reader puts out its shift where the source's channels are."""
    layers = getattr(net.features, f"denseblock{block}")
    last = net.features.transition1.norm if block == 1 else net.features.norm3
    norms = [*(layer.norm1 for layer in layers), last]
    start, stop = ENDS[block][source : source + 2]

    def hook(norm, _, out):
        out = out.clone()
        out[:, start:stop] = norm.bias[start:stop].view(1, -1, 1, 1)
        return out

    handles = [norms[reader - 1].register_forward_hook(hook) for reader in readers]
    yield
    for handle in handles:
        handle.remove()


def all_links():
    for block, last in [(1, 3), (2, 4)]:
        for source in range(last):
            for reader in [*range(source + 1, last + 1), None]:
                yield block, source, reader


@pytest.mark.parametrize(
    "options", [{}, {"bn_size": None}, {"memory_efficient": True}], ids=["B", "plain", "recompute"]
)
@pytest.mark.parametrize(("block", "source", "reader"), list(all_links()))
def test_a_silent_source_leaves_the_readers_norm_at_its_shift(block, source, reader, options):
    net, images = small_net(**options), some_images()
    last = len(ENDS[block]) - 1
    readers = range(source + 1, last + 1) if reader is None else [reader]
    with torch.no_grad():
        with overwritten(net, block, source, readers):
            expected = net(images)
        with silence(net, Link(block, source, reader)):
            found = net(images)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_silent_means_that_the_source_no_longer_matters():
    net, images = small_net(), some_images()
    layer = net.features.denseblock2.denselayer1
    with torch.no_grad(), silence(net, Link(2, 1)):
        before = net(images)
        layer.conv2.weight.mul_(-3)  # says something else, but nobody listens
        assert torch.equal(net(images), before)
    with torch.no_grad():
        assert not torch.allclose(net(images), before)


def test_several_links_at_once():
    net, images = small_net(), some_images()
    with torch.no_grad():
        with silence(net, Link(1, 0, 2), Link(2, 1), Link(2, 2, 4)):
            found = net(images)
        with (
            overwritten(net, 1, 0, [2]),
            overwritten(net, 2, 1, [2, 3, 4]),
            overwritten(net, 2, 2, [4]),
        ):
            torch.testing.assert_close(found, net(images), rtol=1e-4, atol=1e-5)
        assert not torch.allclose(found, net(images), atol=1e-3)


@pytest.mark.parametrize("block", [1, 2])
@pytest.mark.parametrize("batch_size", [2, 50])
def test_ablate_is_silence_one_by_one(block, batch_size):
    net, images = small_net(), some_images(9)
    labels = torch.arange(9) % 4
    found = ablate(net, images, labels, block=block, batch_size=batch_size)

    def measured(*links):
        with torch.no_grad(), silence(net, *links):
            logits = net(images).double()
        return (logits.argmax(1) == labels).double().mean().item(), F.cross_entropy(logits, labels)

    accuracy, loss = measured()
    assert found.images == 9
    assert found.accuracy == accuracy
    assert found.loss == pytest.approx(loss.item(), abs=1e-5)
    last = len(ENDS[block]) - 1
    for source in range(last):
        for reader in range(1, last + 1):
            place = (source, reader - 1)
            if reader <= source:
                assert math.isnan(found.accuracy_lost[place])
                assert math.isnan(found.loss_gained[place])
                continue
            one, other = measured(Link(block, source, reader))
            assert found.accuracy_lost[place] == pytest.approx(accuracy - one, abs=1e-12)
            assert found.loss_gained[place] == pytest.approx((other - loss).item(), abs=1e-5)
        one, other = measured(Link(block, source))
        assert found.accuracy_lost_by_source[source] == pytest.approx(accuracy - one, abs=1e-12)
        assert found.loss_gained_by_source[source] == pytest.approx((other - loss).item(), abs=1e-5)
    np.testing.assert_allclose(found.loss_gained[-1, -1], found.loss_gained_by_source[-1])


def test_torchvisions_nets_too():
    torch.manual_seed(0)
    theirs = torchvision.models.DenseNet(4, (2, 1), 6, num_classes=3).eval()
    images = torch.rand(3, 3, 32, 32)
    found = ablate(theirs, images, torch.arange(3))
    with torch.no_grad():
        logits = theirs(images)
        with silence(theirs, Link(1, 0)):
            quiet = theirs(images)
    assert found.loss == pytest.approx(F.cross_entropy(logits, torch.arange(3)).item(), abs=1e-5)
    expected = F.cross_entropy(quiet, torch.arange(3)).item() - found.loss
    assert found.loss_gained_by_source[0] == pytest.approx(expected, abs=1e-5)


def test_the_net_is_left_as_it_was():
    net = small_net(drop_rate=0.3).train()
    net.features.norm3.eval()
    before = state_of(net)
    ablate(net, some_images(), torch.zeros(7, dtype=torch.long))
    with pytest.raises(KeyError), silence(net, Link(1, 0)):
        raise KeyError
    with pytest.raises(ValueError, match="source"), silence(net, Link(1, 0), Link(1, 7)):
        pass
    assert same_state(net, before)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (Link(3, 0), "block must be at most 2 for this model, got 3"),
        (Link(1, -1), "source must be from 0 to 2 for this block, got -1"),
        (Link(1, 3), "source must be from 0 to 2 for this block, got 3"),
        (Link(1, 1, 1), "reader must be from 2 to 3 for source 1, got 1"),
        (Link(2, 0, 5), "reader must be from 1 to 4 for source 0, got 5"),
    ],
)
def test_a_link_that_is_not_there_is_refused(link, message):
    with pytest.raises(ValueError, match=message), silence(small_net(), link):
        pass


@pytest.mark.parametrize(
    ("images", "labels", "options", "message"),
    [
        (some_images()[0], torch.zeros(1), {}, r"images must be a batch .* got \(1, 8, 6\)"),
        (some_images(), torch.zeros(3), {}, r"labels must have shape \(7,\), got \(3,\)"),
        (some_images(), torch.zeros(7), {"batch_size": 0}, "batch_size must be a positive integer"),
        (some_images(), torch.zeros(7), {"block": 3}, "block must be at most 2"),
    ],
)
def test_wrong_arguments_are_named(images, labels, options, message):
    with pytest.raises(ValueError, match=message):
        ablate(small_net(), images, labels, **options)

"""Weight maps against loops by hand, and under changes that leave the net what it was."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torchvision
from probe_nets import same_state, small_net, some_images, state_of
from torch import nn
from torch.nn import functional as F

from densenet_lessons.densenet.layers import DenseBlock
from densenet_lessons.probes.weights import filter_weight_map, read_weight_map


def readers_by_hand(net, block):
    """(norm, weight) of each reader, written out for the small net."""
    layers = getattr(net.features, f"denseblock{block}")
    found = [(layer.norm1, layer.conv1.weight) for layer in layers]
    if block == 1:
        return [*found, (net.features.transition1.norm, net.features.transition1.conv.weight)]
    return [*found, (net.features.norm3, net.classifier.weight[:, :, None, None])]


def spans(block):
    """First and last channel of each source: k0 = 5, after the transition floor(11 / 2) = 5."""
    ends = [0, 5, 8, 11] if block == 1 else [0, 5, 8, 11, 14]
    return list(pairwise(ends))


@pytest.mark.parametrize("options", [{}, {"bn_size": None}], ids=["bottleneck", "plain"])
@pytest.mark.parametrize("block", [1, 2])
def test_filter_weights_by_a_loop(block, options):
    net = small_net(**options)
    found = filter_weight_map(net, block=block)
    readers = readers_by_hand(net, block)
    assert found.values.shape == (len(spans(block)), len(readers))
    for s, (start, stop) in enumerate(spans(block)):
        for r, (_, weight) in enumerate(readers):
            if r < s:
                assert math.isnan(found.values[s, r])
                continue
            total = count = 0
            for filters in weight.tolist():
                for plane in filters[start:stop]:
                    for row in plane:
                        total, count = total + sum(map(abs, row)), count + len(row)
            assert found.values[s, r] == pytest.approx(total / count, rel=1e-5)


def test_names_tell_who_is_who():
    net = small_net()
    first, last = (filter_weight_map(net, block=block) for block in (1, 2))
    assert first.sources == ("input", "layer 1", "layer 2")
    assert first.readers == ("layer 1", "layer 2", "transition")
    assert last.readers == ("layer 1", "layer 2", "layer 3", "classifier")
    assert (first.block, last.block) == (1, 2)


@pytest.mark.parametrize("after", ["norm", "relu"])
@pytest.mark.parametrize("block", [1, 2])
def test_read_weights_by_hooks(block, after):
    net, images = small_net(), some_images()
    found = read_weight_map(net, images, block=block, after=after, batch_size=3)
    for r, (norm, weight) in enumerate(readers_by_hand(net, block)):
        caught = []
        handle = norm.register_forward_hook(lambda _, __, out, into=caught: into.append(out))
        with torch.no_grad():
            net(images)
        handle.remove()
        x = F.relu(caught[0]) if after == "relu" else caught[0]
        spread = x.double().movedim(1, 0).flatten(1).std(1, correction=0)
        for s, (start, stop) in enumerate(spans(block)[: r + 1]):
            part = weight[:, start:stop].abs() * spread[start:stop, None, None]
            assert found.values[s, r] == pytest.approx(part.mean().item(), rel=1e-4)


def test_behind_the_norm_the_spread_is_gamma_times_the_source_over_the_running_one():
    net, images = small_net(), some_images()
    found = read_weight_map(net, images, block=1, after="norm")
    layer = net.features.denseblock1.denselayer1
    with torch.no_grad():
        source = net.features.conv0(images).movedim(1, 0).flatten(1).double().std(1, correction=0)
    scale = layer.norm1.weight / (layer.norm1.running_var + layer.norm1.eps).sqrt() * source
    expected = (layer.conv1.weight.abs() * scale[:, None, None]).mean().item()
    assert found.values[0, 0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("factor", [4.0, 0.25])
def test_a_factor_moved_from_norm_to_weights_changes_the_plain_map_alone(factor):
    net, moved, images = small_net(), small_net(), some_images()
    layer = moved.features.denseblock2.denselayer3
    with torch.no_grad():
        for part in (layer.norm1.weight, layer.norm1.bias):
            part[:5] /= factor  # the source "input"
        layer.conv1.weight[:, :5] *= factor
        torch.testing.assert_close(net(images), moved(images))
    plain, other = filter_weight_map(net, block=2).values, filter_weight_map(moved, block=2).values
    assert other[0, 2] == pytest.approx(factor * plain[0, 2], rel=1e-5)
    plain[0, 2] = other[0, 2]
    np.testing.assert_array_equal(plain, other)
    np.testing.assert_allclose(
        read_weight_map(net, images, block=2).values,
        read_weight_map(moved, images, block=2).values,
        rtol=1e-4,
    )


def test_torchvisions_nets_and_bytes():
    theirs = torchvision.models.DenseNet(4, (2, 1), 6)
    assert filter_weight_map(theirs, block=2).readers == ("layer 1", "classifier")
    as_bytes = (some_images() * 255).to(torch.uint8)
    net = small_net()
    np.testing.assert_array_equal(
        read_weight_map(net, as_bytes).values, read_weight_map(net, as_bytes.float() / 255).values
    )


def test_the_net_is_left_as_it_was():
    net = small_net(drop_rate=0.3).train()
    net.features.norm3.eval()
    before = state_of(net)
    filter_weight_map(net)
    read_weight_map(net, some_images())
    assert same_state(net, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: filter_weight_map(small_net(), block=0), "block must be a positive integer"),
        (lambda: filter_weight_map(small_net(), block=3), "block must be at most 2 .* got 3"),
        (lambda: filter_weight_map(nn.Linear(2, 2)), "model must be a DenseNet.*got Linear"),
        (lambda: filter_weight_map(DenseBlock(2, 3, 4)), "model must be a DenseNet.*got DenseBl"),
        (lambda: read_weight_map(small_net(), some_images(1)), r"images .* at least 2, got \(1,"),
        (lambda: read_weight_map(small_net(), some_images()[0]), r"images must be a batch"),
        (
            lambda: read_weight_map(small_net(), some_images(), after="conv"),
            "after must be 'norm' or 'relu', got 'conv'",
        ),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_norm_without_running_statistics_is_refused():
    net = small_net()
    net.features.denseblock1.denselayer2.norm1 = nn.BatchNorm2d(8, track_running_stats=False)
    with pytest.raises(ValueError, match="running statistics, got none in the norm of layer 2"):
        filter_weight_map(net)

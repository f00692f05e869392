"""CKA against its definition by feature sums; explained shares against scipy's least squares."""

import numpy as np
import pytest
import torch
from probe_nets import same_state, small_net, some_images, state_of
from scipy import linalg

from densenet_lessons.probes.maps import feature_maps
from densenet_lessons.probes.similarity import (
    explained_by_sources,
    layer_similarity,
    linear_cka,
)


def features(n, p, seed=0):
    return torch.randn(n, p, generator=torch.Generator().manual_seed(seed))


def test_plain_cka_by_its_formula_over_features():
    x, y = features(30, 4).double(), features(30, 7, 1).double() + 2
    y[:, :4] += x
    x0, y0 = x - x.mean(0), y - y.mean(0)
    expected = (y0.T @ x0).square().sum() / ((x0.T @ x0).norm() * (y0.T @ y0).norm())
    assert linear_cka(x, y, debiased=False) == pytest.approx(expected.item(), rel=1e-9)


def test_debiased_cka_by_the_unbiased_hsic():
    x, y = features(12, 5).double(), features(12, 3, 1).double() + features(12, 5).double()[:, :3]
    n = 12

    def hsic(k, m):  # Song et al. 2012, equation 5, on Gram matrices without a diagonal
        k, m = k - k.diag().diag(), m - m.diag().diag()
        ones = torch.ones(n, dtype=torch.float64)
        first = torch.trace(k @ m) + (ones @ k @ ones) * (ones @ m @ ones) / ((n - 1) * (n - 2))
        return (first - 2 / (n - 2) * (ones @ k @ m @ ones)) / (n * (n - 3))

    k, m = x @ x.T, y @ y.T
    expected = hsic(k, m) / (hsic(k, k) * hsic(m, m)).sqrt()
    assert linear_cka(x, y) == pytest.approx(expected.item(), rel=1e-9)


@pytest.mark.parametrize("debiased", [True, False])
def test_turned_shifted_and_scaled_features_are_the_same(debiased):
    x = features(20, 6)
    turn = torch.linalg.qr(features(6, 6, 1))[0]
    assert linear_cka(x, 3 * x @ turn + 5, debiased=debiased) == pytest.approx(1, abs=1e-5)
    scale = torch.tensor([9.0, 1, 1, 1, 1, 1])  # one feature alone stretched: not the same
    assert linear_cka(x, x * scale, debiased=debiased) < 0.95


def test_only_the_debiased_estimate_sees_that_many_features_share_nothing():
    x, y = features(40, 5000), features(40, 5000, 1)
    assert linear_cka(x, y, debiased=False) > 0.9
    assert abs(linear_cka(x, y)) < 0.1


@pytest.mark.parametrize("debiased", [True, False])
def test_all_pairs_of_a_net(debiased):
    net, images = small_net(), some_images(9)
    found = layer_similarity(net, images, debiased=debiased, batch_size=4)
    assert found.names == (
        "1 input", "1 layer 1", "1 layer 2", "2 input", "2 layer 1", "2 layer 2", "2 layer 3"
    )  # fmt: skip
    maps = []
    for block in (1, 2):
        each = [feature_maps(net, image, block=block) for image in images]
        maps += [
            torch.from_numpy(np.stack([one[source].maps.ravel() for one in each]))
            for source in range(len(each[0]))
        ]
    expected = [[linear_cka(one, two, debiased=debiased) for two in maps] for one in maps]
    np.testing.assert_allclose(found.values, expected, atol=1e-4)


@pytest.mark.parametrize("block", [1, 2])
def test_explained_shares_by_least_squares(block):
    net, images = small_net(), some_images(11)
    found = explained_by_sources(net, images, block=block, batch_size=4)
    each = [feature_maps(net, image, block=block) for image in images]
    sources = [
        np.concatenate([one[s].maps.reshape(len(one[s].maps), -1) for one in each], 1).T
        for s in range(len(each[0]))
    ]
    for layer, share in enumerate(found, 1):
        ones = np.ones((len(sources[0]), 1))
        read = np.concatenate([ones, *sources[:layer]], 1).astype(np.float64)
        own = sources[layer].astype(np.float64)
        fitted = read @ linalg.lstsq(read, own)[0]
        left = ((own - fitted) ** 2).sum() / ((own - own.mean(0)) ** 2).sum()
        assert share == pytest.approx(1 - left, abs=1e-4)


def test_a_layer_that_copies_is_explained_whole():
    net = small_net(bn_size=None)
    layer = net.features.denseblock1.denselayer1
    with torch.no_grad():
        layer.norm1.bias.fill_(50)  # so that the ReLU cuts nothing
        layer.conv1.weight.zero_()[:, :, 1, 1].normal_()
    shares = explained_by_sources(net, some_images(20))
    assert shares[0] == pytest.approx(1, abs=1e-4)
    assert shares[1] < 0.99


def test_the_net_is_left_as_it_was():
    net = small_net(drop_rate=0.3).train()
    before = state_of(net)
    layer_similarity(net, some_images())
    explained_by_sources(net, some_images())
    assert same_state(net, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_cka(features(5, 2), features(6, 2)), r"got \(5, 2\) and \(6, 2\)"),
        (lambda: linear_cka(features(5, 2)[0], features(5, 2)[0]), "must be .n, p. and .n, q."),
        (lambda: linear_cka(features(3, 2), features(3, 2)), "at least 4 examples, got 3"),
        (lambda: linear_cka(torch.ones(5, 2), features(5, 2)), "must vary from example"),
        (lambda: layer_similarity(small_net(), some_images(3)), "at least 4, got"),
        (lambda: explained_by_sources(small_net(), some_images(), block=3), "block must be at mo"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()

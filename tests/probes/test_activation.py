"""Class activation maps: their means are the logits, and each pixel is the head's own answer."""

import numpy as np
import pytest
import torch
import torchvision
from probe_nets import same_state, small_net, some_images, state_of
from torch import nn

from densenet_lessons.probes.activation import class_activation_maps


@pytest.mark.parametrize("shape", [(1, 8, 6), (1, 1, 9, 12)])
def test_means_and_bias_are_the_nets_logits(shape):
    net, image = small_net(), torch.rand(shape)
    found = class_activation_maps(net, image)
    with torch.no_grad():
        logits = net(image.reshape(1, *shape[-3:]))[0].numpy()
    assert found.maps.shape == (4, shape[-2] // 2, shape[-1] // 2)
    np.testing.assert_allclose(found.logits, logits, atol=1e-5)
    np.testing.assert_allclose(found.maps.mean((1, 2)) + found.bias, logits, atol=1e-5)


def test_a_pixel_is_what_the_classifier_says_of_it_alone():
    net, image = small_net(), some_images(1)
    found = class_activation_maps(net, image)
    with torch.no_grad():
        features = torch.relu(net.features(image))
        for row, column in [(0, 0), (1, 2), (3, 1)]:
            alone = net.classifier(features[0, :, row, column]).numpy() - found.bias
            np.testing.assert_allclose(found.maps[:, row, column], alone, atol=1e-5)


def test_torchvisions_net_and_bytes():
    torch.manual_seed(0)
    theirs = torchvision.models.DenseNet(4, (2, 1), 6, num_classes=3).eval()
    image = (torch.rand(3, 32, 32) * 255).to(torch.uint8)
    with torch.no_grad():
        logits = theirs(image[None] / 255)[0].numpy()
    np.testing.assert_allclose(class_activation_maps(theirs, image).logits, logits, atol=1e-5)


def test_the_net_is_left_as_it_was():
    net = small_net(drop_rate=0.3).train()
    before = state_of(net)
    class_activation_maps(net, some_images(1))
    assert same_state(net, before)


@pytest.mark.parametrize(
    ("model", "image", "message"),
    [
        (small_net(), some_images(2), r"image must have shape .* got \(2, 1, 8, 6\)"),
        (small_net(), some_images(1)[0, 0], "image must have shape"),
        (nn.Conv2d(1, 1, 1), some_images(1), "model must be a DenseNet"),
    ],
)
def test_wrong_arguments_are_named(model, image, message):
    with pytest.raises(ValueError, match=message):
        class_activation_maps(model, image)

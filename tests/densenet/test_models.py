import errno
import socket
from http.client import IncompleteRead

import pytest
import torch
from torch import nn

from densenet_lessons.densenet.models import DenseNet, densenet121, densenet264, densenet_cifar
from densenet_lessons.densenet.spec import CIFAR_NETS


def test_table_2_nets_are_built_by_depth():
    for (depth, growth_rate, options), spec in zip(
        [
            (40, 12, {"bottleneck": False, "compression": 1.0}),
            (100, 12, {"bottleneck": False, "compression": 1.0}),
            (100, 24, {"bottleneck": False, "compression": 1.0}),
            (100, 12, {}),
            (250, 24, {}),
            (190, 40, {}),
        ],
        CIFAR_NETS.values(),
        strict=True,
    ):
        with torch.device("meta"):
            assert densenet_cifar(depth, growth_rate, **options).spec == spec


def test_two_stems():
    image = torch.zeros(1, 3, 32, 32)
    for small_inputs, side in [(True, 32), (False, 8)]:
        model = DenseNet(4, (1,), 8, small_inputs=small_inputs).eval()
        assert model.features(image).shape == (1, 12, side, side)


def test_convolutions_start_with_he_variance():
    torch.manual_seed(0)
    conv = DenseNet(32, (1,), 64).features.denseblock1.denselayer1.conv2
    assert isinstance(conv, nn.Conv2d)
    assert conv.weight.var().item() == pytest.approx(2 / (128 * 9), rel=0.05)


def test_input_is_checked_in_words():
    model = densenet121()
    with pytest.raises(ValueError, match=r"x must have shape \(N, 3, H, W\), got \(1, 1, 64, 64\)"):
        model(torch.zeros(1, 1, 64, 64))
    with pytest.raises(ValueError, match=r"x must be at least 29 pixels .* got \(64, 28\)"):
        model(torch.zeros(1, 3, 64, 28))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DenseNet(growth_rate=0), "growth_rate must be a positive integer, got 0"),
        (lambda: DenseNet(block_config=()), "block_config must list .* got "),
        (lambda: DenseNet(num_init_features=-8), "num_init_features must be .* got -8"),
        (lambda: DenseNet(bn_size="4"), "bn_size must be a positive integer, got '4'"),
        (lambda: DenseNet(drop_rate=-0.1), "drop_rate must be at least 0 and below 1, got -0.1"),
        (lambda: DenseNet(compression=0), "compression must be above 0 and at most 1, got 0"),
        (lambda: DenseNet(num_classes=0), "num_classes must be a positive integer, got 0"),
        (lambda: DenseNet(in_channels=0), "in_channels must be a positive integer, got 0"),
        (
            lambda: DenseNet(1, (1, 1), 1, compression=0.1),
            "compression must leave at least one of 2 channels, got 0.1",
        ),
        (lambda: densenet_cifar(101, 12), r"depth must be 6n \+ 4 .* got 101"),
        (lambda: densenet_cifar(100, 0), "growth_rate must be a positive integer, got 0"),
        (lambda: densenet264(weights="DEFAULT"), "weights must be None for densenet264"),
        (
            lambda: densenet121(weights="BEST"),
            "weights must be None or one of IMAGENET.* got 'BEST'",
        ),
        (lambda: densenet121(weights=1), "weights must be None or one of IMAGENET.* got 1"),
    ],
)
def test_wrong_arguments_are_named(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_pretrained_weights_offline_say_so(monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(
        RuntimeError, match=r"downloaded once, and the download failed.*weights=None"
    ):
        densenet121(weights="DEFAULT")


@pytest.mark.parametrize(
    "error", [IncompleteRead(b"half"), OSError(errno.ENOSPC, "No space left on device")]
)
def test_a_download_that_breaks_off_is_told(monkeypatch, tmp_path, error):
    import torchvision

    def fail(weights):
        raise error

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torchvision.models, "densenet121", fail)
    with pytest.raises(RuntimeError, match=r"download failed.*densenet121-a639ec97\.pth"):
        densenet121(weights="DEFAULT")


def test_pretrained_weights_go_through_torchvision(monkeypatch):
    import torchvision

    pretrained = torchvision.models.densenet121(weights=None)
    monkeypatch.setattr(torchvision.models, "densenet121", lambda weights: pretrained)
    model = densenet121(weights="IMAGENET1K_V1", memory_efficient=True)
    assert torch.equal(model.classifier.weight, pretrained.classifier.weight)
    with pytest.raises(
        ValueError, match="num_classes must be 1000 with pretrained weights, got 10"
    ):
        densenet121(weights="IMAGENET1K_V1", num_classes=10)

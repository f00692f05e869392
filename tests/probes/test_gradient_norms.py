"""gradient_norms against a backward pass, and without a trace in the net."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.densenet.models import densenet_cifar
from densenet_lessons.probes.gradients import gradient_norms


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    return torch.rand(6, 1, 12, 12, generator=generator), torch.arange(6)


def small_net(**options):
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return densenet_cifar(10, 3, in_channels=1, **options)


def test_the_norms_are_those_of_a_backward_pass(batch):
    images, labels = batch
    model = small_net()
    found = gradient_norms(model, images, labels)
    F.cross_entropy(model.train()(images), labels).backward()
    expected = {
        name: module.weight.grad.norm().item()
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d)
    }
    assert [entry.name for entry in found] == list(expected)
    assert [entry.norm for entry in found] == pytest.approx(list(expected.values()), rel=1e-4)
    assert found[0].name == "features.conv0"


def test_the_net_is_left_as_it_was(batch):
    model = small_net(drop_rate=0.3).eval()
    model.features.conv0.weight.requires_grad_(False)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    with torch.no_grad():
        found = gradient_norms(model, *batch)
    assert all(entry.norm > 0 for entry in found)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(module.training for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not model.features.conv0.weight.requires_grad


def test_bytes_are_scaled(batch):
    images, labels = batch
    as_bytes = (images * 255).to(torch.uint8)
    assert gradient_norms(small_net(), as_bytes, labels) == gradient_norms(
        small_net(), as_bytes.float() / 255, labels
    )


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (torch.zeros(1, 12, 12), torch.zeros(1), r"images must be a batch .* got \(1, 12, 12\)"),
        (torch.zeros(1, 1, 12, 12), torch.zeros(1), "images must be a batch .* at least 2"),
        (torch.zeros(3, 1, 12, 12), torch.zeros(2), r"labels must have shape \(3,\), got \(2,\)"),
    ],
)
def test_wrong_arguments_are_named(images, labels, message):
    with pytest.raises(ValueError, match=message):
        gradient_norms(small_net(), images, labels)

"""Ours are torchvision's nets: same names, same parameters, same logits, same gradients."""

import pytest
import torch
import torchvision

from densenet_lessons.densenet import models


@pytest.fixture(params=["densenet121", "densenet161", "densenet169", "densenet201"])
def pair(request):
    torch.manual_seed(0)
    theirs = getattr(torchvision.models, request.param)(weights=None)
    ours = getattr(models, request.param)()
    # Not the initial ones and zeros: a norm that is left out must show.
    for tensor in theirs.state_dict().values():
        if tensor.dtype.is_floating_point and tensor.ndim == 1:
            tensor.uniform_(0.5, 1.5)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return ours, theirs


def test_names_and_order_are_torchvisions(pair):
    ours, theirs = pair
    assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize("training", [False, True])
def test_logits_and_gradients_are_equal(pair, training):
    images = torch.rand(2, 3, 64, 61)
    gradients = []
    for model in pair:
        model.train(training).double()
        logits = model(images.double())
        (logits * torch.linspace(-1, 1, 1000, dtype=torch.float64)).sum().backward()
        gradients.append([logits.detach(), *(p.grad for p in model.parameters())])
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs)
    for ours, theirs in zip(pair[0].buffers(), pair[1].buffers(), strict=True):
        torch.testing.assert_close(ours, theirs)

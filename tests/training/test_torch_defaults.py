"""What a user set as torch's default dtype and device disturbs neither data, training nor panels.

The device is ``meta``: a tensor that is made on it by mistake has no values, so what follows
fails. Nets that a user builds follow the defaults, as all of torch's modules do.
"""

import inspect
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from densenet_lessons import data, experiments, panels, probes, training
from densenet_lessons.densenet import DenseNet
from densenet_lessons.panels import Panel

pytestmark = pytest.mark.usefixtures("one_thread")


@contextmanager
def other_defaults():
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)


def small_net():
    with training.plain_tensors(), torch.random.fork_rng([]):
        torch.manual_seed(0)
        net = DenseNet(4, (2, 2), 8, num_classes=10, in_channels=1, small_inputs=True)
        net.features.conv0.stride = (2, 2)
        return net


def few(count=24, split="train"):
    images = data.load_images(split=split)
    return images.images[:count], images.labels[:count]


def trained(batches, **settings):
    net = small_net()
    history = training.train(net, batches, epochs=2, device="cpu", **settings)
    return history.loss, history.test_accuracy, list(net.state_dict().values())


def loader(**settings):
    return DataLoader(Subset(data.load_images(split="test"), range(40)), batch_size=20, **settings)


def image():
    return few()[0][0].float() / 255


CALLS = {
    "load_images": lambda: data.load_images(split="test").images[:20],
    "a Dataset's item": lambda: data.load_images(split="test")[5],
    "open_data_set": lambda: [
        data.open_data_set("fashion_mnist_small", augment=True)[0][index] for index in range(4)
    ],
    "load_photo": lambda: data.load_photo(size=32),
    "one_of_each_class": lambda: data.one_of_each_class(data.load_images(split="test")),
    "flip_and_crop": lambda: data.flip_and_crop(few()[0], torch.Generator().manual_seed(0)),
    "train": lambda: trained(few(), test_data=few(8, "test"), augment=data.flip_and_crop),
    "train from a loader": lambda: trained(loader(shuffle=True)),
    "evaluate": lambda: training.evaluate(small_net(), few()).predictions,
    "evaluate a loader": lambda: training.evaluate(small_net(), loader()).predictions,
    "build": lambda: list(experiments.build("dense", "small", seed=0).parameters()),
    "trained_densenet": lambda: list(experiments.trained_densenet(2)[0].parameters()),
    "faulty_runs": lambda: [
        run.loss
        for run in experiments.faulty_runs(
            small_net, data.load_images(split="train"), data.load_images(split="test"), epochs=1
        ).values()
    ],
    "feature_maps": lambda: [m.maps for m in probes.feature_maps(small_net(), image())],
    "gradient_norms": lambda: [entry.norm for entry in probes.gradient_norms(small_net(), *few())],
    "saved_bytes": lambda: probes.saved_bytes(small_net().eval(), few()[0].float() / 255),
    "filter_weight_map": lambda: probes.filter_weight_map(small_net()),
    "ablate": lambda: probes.ablate(small_net(), *few(8)).loss_gained,
    "class_activation_maps": lambda: probes.class_activation_maps(small_net(), image()).maps,
}


def plain(result):
    """A result as nested lists, with each tensor's dtype and device."""
    if isinstance(result, Tensor):
        return str(result.dtype), str(result.device), result.tolist()
    if isinstance(result, np.ndarray):
        return str(result.dtype), result.tolist()
    if isinstance(result, (list, tuple)):
        return [plain(part) for part in result]
    return result if isinstance(result, (int, float)) else repr(result)


@pytest.mark.parametrize("name", CALLS)
def test_the_result_is_the_same_under_other_defaults(name):
    expected = plain(CALLS[name]())
    with other_defaults():
        found = plain(CALLS[name]())
        assert torch.get_default_dtype() == torch.float64
        assert torch.get_default_device().type == "meta"
    np.testing.assert_equal(found, expected)


def explorers():
    return [
        name
        for name in panels.__all__
        if inspect.isfunction(make := getattr(panels, name))
        and inspect.signature(make).return_annotation in (Panel, "Panel")
        and all(p.default is not p.empty for p in inspect.signature(make).parameters.values())
    ]


@pytest.mark.parametrize("name", explorers())
def test_a_panel_draws_the_same_under_other_defaults(name, monkeypatch):
    monkeypatch.setattr(panels.base, "STRICT", True)
    make = getattr(panels, name)
    with other_defaults():
        found = make()
        moved = first_move(found)
    expected = make()
    assert found.controls.keys() == expected.controls.keys()
    first_move(expected)
    assert moved == bool(found.png) == bool(expected.png)


def first_move(panel):
    """Move each control to a value that it offers."""
    for name, control in panel.controls.items():
        if control.allowed is not None and len(control.allowed) > 1:
            panel.set(**{name: control.allowed[-1]})
    return bool(panel.png)


def test_a_net_that_a_user_builds_follows_the_defaults():
    torch.set_default_dtype(torch.float64)
    try:
        net = DenseNet(4, (2, 2), 8, num_classes=10, in_channels=1, small_inputs=True)
        assert {p.dtype for p in net.parameters()} == {torch.float64}
        history = training.train(net, few(), epochs=1, device="cpu")
        assert len(history) == 1
        assert isinstance(net.classifier, nn.Linear)
    finally:
        torch.set_default_dtype(torch.float32)

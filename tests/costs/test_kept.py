"""The predicted bytes against every storage that autograd really keeps."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from densenet_lessons.costs.counting import count_parameters
from densenet_lessons.costs.kept import (
    KEPT_KINDS,
    kept_by_kind,
    kept_tensors,
    largest_batch,
    saved_bytes_of,
    training_bytes,
)
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.densenet.spec import DenseNetSpec, cifar_spec
from densenet_lessons.probes.kept_bytes import saved_bytes

SMALL_CIFAR = cifar_spec(22, 6)
SPECS = {
    "bottleneck": DenseNetSpec(
        growth_rate=5, block_config=(2, 3), num_init_features=7, num_classes=3
    ),
    "plain layers": DenseNetSpec(
        growth_rate=4, block_config=(3, 1, 2), num_init_features=9, bn_size=None
    ),
    "small inputs": DenseNetSpec(
        growth_rate=3,
        block_config=(2, 2, 1),
        num_init_features=6,
        bn_size=2,
        compression=0.3,
        in_channels=1,
        small_inputs=True,
        num_classes=11,
    ),
    "one block": DenseNetSpec(growth_rate=2, block_config=(4,), num_init_features=3),
    "cifar": SMALL_CIFAR,
}
SIZES = [(33, 3), (40, 1)]


def counted(net, images):
    """Bytes of all storages that autograd keeps and that were not there before."""
    before = {
        tensor.untyped_storage().data_ptr()
        for tensor in (images, *net.parameters(), *net.buffers())
    }
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in before:
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        output = net(images)
    assert output.requires_grad
    return sum(storages.values())


def images_for(spec, size, batch, dtype=torch.float32):
    return torch.rand(batch, spec.in_channels, size, size, dtype=dtype)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("memory_efficient", [False, True], ids=["stored", "recomputed"])
@pytest.mark.parametrize(("size", "batch"), SIZES)
@pytest.mark.parametrize("name", SPECS)
def test_predicted_bytes_are_the_kept_bytes(name, size, batch, memory_efficient, training):
    spec = SPECS[name]
    net = DenseNet.from_spec(spec, memory_efficient=memory_efficient).train(training)
    images = images_for(spec, size, batch)
    predicted = saved_bytes_of(
        spec, size, batch_size=batch, memory_efficient=memory_efficient, training=training
    )
    kept = counted(net, images)
    assert predicted == pytest.approx(kept, rel=0.02)
    assert saved_bytes(net, images) == kept


@pytest.mark.parametrize("memory_efficient", [False, True], ids=["stored", "recomputed"])
def test_densenet121_and_float64(memory_efficient):
    how = {"memory_efficient": memory_efficient}
    net = DenseNet(**how)
    predicted = saved_bytes_of(DenseNetSpec(), 64, **how, training=False)
    kept = counted(net.eval(), images_for(DenseNetSpec(), 64, 1))
    assert predicted == pytest.approx(kept, rel=0.02)
    double = DenseNet.from_spec(SMALL_CIFAR, **how).double()
    kept = counted(double, images_for(SMALL_CIFAR, 16, 2, torch.float64))
    predicted = saved_bytes_of(SMALL_CIFAR, 16, batch_size=2, bytes_per_value=8, **how)
    assert predicted == pytest.approx(kept, rel=0.02)


def second_differences(memory_efficient):
    """How much more each further layer adds than the one before it."""
    nets = [
        DenseNetSpec(growth_rate=4, block_config=(n,), num_init_features=8) for n in range(2, 9)
    ]
    bytes_of = [saved_bytes_of(spec, 32, memory_efficient=memory_efficient) for spec in nets]
    steps = [b - a for a, b in pairwise(bytes_of)]
    return [b - a for a, b in pairwise(steps)]


def test_storing_is_quadratic_in_the_layers_and_recomputing_linear():
    assert len(set(second_differences(False))) == 1
    assert second_differences(False)[0] > 0
    assert set(second_differences(True)) == {0}


def test_kinds_are_all_of_it_and_recomputing_drops_two_of_them():
    stored, recomputed = (
        kept_by_kind(SMALL_CIFAR, 32, batch_size=2, memory_efficient=mode) for mode in (False, True)
    )
    for mode, kinds in ((False, stored), (True, recomputed)):
        assert tuple(kinds) == KEPT_KINDS
        how = {"batch_size": 2, "memory_efficient": mode}
        assert sum(kinds.values()) == saved_bytes_of(SMALL_CIFAR, 32, **how)
        names = [tensor.name for tensor in kept_tensors(SMALL_CIFAR, 32, **how)]
        assert len(set(names)) == len(names)
    assert recomputed["concatenations"] == recomputed["their normalised copies"] == 0
    assert stored["bottlenecks"] == recomputed["bottlenecks"] > 0


@pytest.mark.parametrize("memory_efficient", [False, True])
@pytest.mark.parametrize("memory", [2 * 10**7, 10**8, 3 * 10**9])
def test_the_largest_batch_fits_and_one_more_does_not(memory, memory_efficient):
    batch = largest_batch(SMALL_CIFAR, 32, memory, memory_efficient=memory_efficient)
    assert batch > 0
    how = {"memory_efficient": memory_efficient}
    assert training_bytes(SMALL_CIFAR, 32, batch_size=batch, **how) <= memory
    assert training_bytes(SMALL_CIFAR, 32, batch_size=batch + 1, **how) > memory


def test_no_batch_fits_where_the_parameters_alone_do_not():
    assert largest_batch(SMALL_CIFAR, 32, 12 * count_parameters(SMALL_CIFAR)) == 0
    assert largest_batch(SMALL_CIFAR, 32, 1) == 0


def test_training_needs_kept_tensors_images_and_three_times_the_parameters():
    net = DenseNet.from_spec(SMALL_CIFAR)
    images = images_for(SMALL_CIFAR, 32, 2)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    kept = saved_bytes(net, images)
    net(images).sum().backward()
    optimiser.step()
    held = [*net.parameters(), *(p.grad for p in net.parameters())]
    held += [state["momentum_buffer"] for state in optimiser.state.values()]
    by_hand = kept + sum(tensor.nbytes for tensor in (images, *held))
    assert training_bytes(SMALL_CIFAR, 32, batch_size=2) == pytest.approx(by_hand, rel=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size must be a positive integer, got 0"),
        ({"bytes_per_value": 2.5}, "bytes_per_value must be a positive integer, got 2.5"),
        ({"image_size": 2}, "image_size must be at least 4"),
    ],
)
def test_wrong_arguments_are_named(change, message):
    arguments = {"image_size": 32} | change
    with pytest.raises(ValueError, match=message):
        saved_bytes_of(SMALL_CIFAR, **arguments)
    with pytest.raises(ValueError, match="memory must be a positive integer, got 0"):
        largest_batch(replace(SMALL_CIFAR, num_classes=3), 32, 0)

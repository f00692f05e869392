"""The predicted traffic and multiply-adds against every operation that a built net runs."""

import pytest
import torch

from densenet_lessons.costs.counting import count_macs
from densenet_lessons.costs.traffic import MOVED_KINDS, bytes_moved, movements
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.densenet.spec import DenseNetSpec, cifar_spec
from densenet_lessons.probes.work import work_of

SPECS = [
    DenseNetSpec(growth_rate=5, block_config=(2, 3), num_init_features=7, num_classes=3),
    DenseNetSpec(growth_rate=4, block_config=(3, 1, 2), num_init_features=9, bn_size=None),
    DenseNetSpec(growth_rate=4, block_config=(3,), num_init_features=9, compression=0.3),
    cifar_spec(22, 6),
]


@pytest.mark.parametrize(("size", "batch"), [(33, 3), (40, 1)])
@pytest.mark.parametrize("spec", SPECS)
def test_predicted_bytes_are_the_bytes_of_every_operation(spec, size, batch):
    images = torch.rand(batch, spec.in_channels, size, size)
    work = work_of(DenseNet.from_spec(spec), images)
    steps = movements(spec, size, batch_size=batch)
    assert bytes_moved(spec, size, batch_size=batch) == work.bytes_moved
    assert sum(step.macs for step in steps) == work.macs == batch * count_macs(spec, size)
    assert {step.kind for step in steps} <= set(MOVED_KINDS)
    assert len({step.name for step in steps}) == len(steps)


def test_half_the_bytes_a_value_moves_about_half():
    spec = cifar_spec(22, 6)
    assert bytes_moved(spec, 32, bytes_per_value=2) * 2 == bytes_moved(spec, 32)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="batch_size must be a positive integer, got 0"):
        bytes_moved(cifar_spec(22, 6), 32, batch_size=0)

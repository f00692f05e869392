"""What people do with a net besides calling it: the flag changes no gradient and no buffer.

Reports of others: gpleiss/efficient_densenet_pytorch #73, pytorch/pytorch #62471, #96136.
"""

from __future__ import annotations

import contextlib
import copy
import io
import pickle

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from densenet_lessons.densenet import DenseLayer, densenet_cifar


def saved_and_loaded(net):
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


def with_new_classifier(net):
    net.classifier = nn.Linear(net.classifier.in_features, 3)
    nn.init.ones_(net.classifier.weight)
    return net


def with_frozen_norms(net):
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval().requires_grad_(False)
    return net


def after_hooks_were_removed(net):
    for handle in [module.register_forward_hook(lambda *_: 1 / 0) for module in net.modules()]:
        handle.remove()
    return net


#: Each makes another net of a net.
PREPARED = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "torch.save": saved_and_loaded,
    "running average": torch.optim.swa_utils.AveragedModel,
    "another classifier": with_new_classifier,
    "frozen norms": with_frozen_norms,
    "hooks removed": after_hooks_were_removed,
    "channels last": lambda net: net.to(memory_format=torch.channels_last),
    "bfloat16": lambda net: net.bfloat16(),
    "half": lambda net: net.half(),
}


def in_blocks(net, x):
    features = checkpoint_sequential(net.features, 3, x, use_reentrant=False)
    return net.classifier(net.pool(net.relu(features)).flatten(1))


def with_saved_on_cpu(net, x):
    with torch.autograd.graph.save_on_cpu():
        return net(x.to(memory_format=torch.channels_last))


def with_autocast(net, x):
    with torch.autocast("cpu", torch.bfloat16):
        return net(x).float()


def with_other_parameters(net, x):
    values = {name: 1.5 * value for name, value in net.named_parameters()}
    return torch.func.functional_call(net, values, (x,))


def backward_twice(net, x):
    output = net(x)
    output.sum().backward(retain_graph=True)
    return output


def slope(net, x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(net(x).square().sum(), x, create_graph=True)[0]


#: Each runs a net in another way.
CALLED = {
    "checkpointed": lambda net, x: checkpoint(net, x, use_reentrant=False),
    "checkpointed in blocks": in_blocks,
    "saved on the CPU": with_saved_on_cpu,
    "autocast": with_autocast,
    "functional_call": with_other_parameters,
    "backward twice": backward_twice,
    "gradient penalty": slope,
    "scaled loss": lambda net, x: torch.amp.GradScaler("cpu").scale(net(x)),
    "two batches": lambda net, x: net(x[:2]) * net(x[1:]),
}


def build(*, memory_efficient, changed):
    torch.manual_seed(0)
    net = densenet_cifar(16, 4, memory_efficient=memory_efficient)
    for layer in net.modules():
        if changed and isinstance(layer, DenseLayer):
            layer.conv1 = nn.Conv2d(layer.conv1.in_channels, layer.conv1.out_channels, 1)
    return net


def trained(net, call):
    """Gradients and buffers after one pass there and back."""
    x = torch.randn(3, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    dtype = next(net.parameters()).dtype
    call(net, x.to(dtype)).square().sum().backward()
    return {name: value.grad for name, value in net.named_parameters()}, dict(net.named_buffers())


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("way", [*PREPARED, *CALLED])
def test_the_flag_changes_nothing(way, changed):
    prepare = PREPARED.get(way, lambda net: net)
    call = CALLED.get(way, lambda net, x: net(x))
    results = [
        trained(prepare(build(memory_efficient=flag, changed=changed)), call)
        for flag in (True, False)
    ]
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("changed", [False, True])
def test_one_process_of_many(changed, tmp_path):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meeting", rank=0, world_size=1
    )
    with contextlib.ExitStack() as stack:
        stack.callback(torch.distributed.destroy_process_group)
        results = [
            trained(
                nn.parallel.DistributedDataParallel(build(memory_efficient=flag, changed=changed)),
                lambda net, x: net(x),
            )
            for flag in (True, False)
        ]
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("changed", [False, True])
def test_a_tensor_modified_before_backward_is_refused(changed):
    net = build(memory_efficient=True, changed=changed)
    output = net(torch.randn(2, 3, 8, 8))
    with torch.no_grad():
        net.features.denseblock1.denselayer1.norm1.weight.mul_(2)
    with pytest.raises(RuntimeError, match=r"modified between|modified by an inplace"):
        output.sum().backward()


def test_an_ensemble_in_one_call():
    nets = [build(memory_efficient=True, changed=False).eval() for _ in range(3)]
    for index, net in enumerate(nets):
        nn.init.constant_(net.classifier.bias, index)
    x = torch.randn(2, 3, 8, 8)
    values, buffers = torch.func.stack_module_state(nets)
    base = copy.deepcopy(nets[0]).to("meta")
    together = torch.func.vmap(
        lambda values, buffers: torch.func.functional_call(base, (values, buffers), (x,))
    )(values, buffers)
    torch.testing.assert_close(together, torch.stack([net(x) for net in nets]))

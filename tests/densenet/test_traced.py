"""Nets that are traced, exported, compiled, taken apart: the same graph with either flag.

The heavy nets are taken apart on ``meta``, where they hold no values; to
export or compile them takes up to half a minute each and adds layers, not kinds of layers.
"""

from __future__ import annotations

import pytest
import torch
from onnx.reference import ReferenceEvaluator
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor

from densenet_lessons import densenet as core

FLAGS = pytest.mark.parametrize("memory_efficient", [False, True])
HEAVY = ["densenet121", "densenet161", "densenet169", "densenet201", "densenet264"]
SMALL = {
    "BC": lambda **how: core.densenet_cifar(10, 4, **how),
    "plain": lambda **how: core.densenet_cifar(7, 4, bottleneck=False, compression=1.0, **how),
    "ImageNet stem": lambda **how: core.DenseNet(4, (1, 2), 8, **how),
}


@FLAGS
@pytest.mark.parametrize("name", HEAVY)
def test_every_named_net_is_taken_apart_by_fx(name, memory_efficient):
    with torch.device("meta"):
        net = getattr(core, name)(memory_efficient=memory_efficient).eval()
        images = torch.empty(1, 3, 32, 32)
    graph = torch.fx.symbolic_trace(net)
    called = {node.target for node in graph.graph.nodes if node.op == "call_module"}
    assert called == {name for name, part in net.named_modules() if not list(part.children())}
    ends = ["features.denseblock1", "features.denseblock2"]
    maps = create_feature_extractor(net, ends)(images)
    assert [maps[end].shape[2] for end in ends] == [8, 4]


def small(name, memory_efficient):
    torch.manual_seed(0)
    net = SMALL[name](memory_efficient=memory_efficient).eval()
    images = torch.randn(2, 3, 16, 16)
    return net, images, net(images).detach()


@FLAGS
@pytest.mark.parametrize("name", SMALL)
@pytest.mark.filterwarnings("ignore:.*torch.jit.trace")
def test_graphs_give_the_nets_outputs(name, memory_efficient):
    net, images, wanted = small(name, memory_efficient)
    batch = torch.export.Dim("batch")
    exported = torch.export.export(net, (images,), dynamic_shapes={"x": {0: batch}}).module()
    torch.testing.assert_close(torch.fx.symbolic_trace(net)(images), wanted)
    torch.testing.assert_close(torch.jit.trace(net, images, check_trace=False)(images), wanted)
    torch.testing.assert_close(exported(images), wanted)
    assert exported(torch.randn(5, 3, 16, 16)).shape == (5, wanted.shape[1])


@FLAGS
def test_a_training_graph_has_no_break(memory_efficient):
    net, images, _ = small("BC", memory_efficient)
    net.train()
    grads = []
    for model in (net, torch.compile(net, backend="aot_eager", fullgraph=True)):
        net.zero_grad()
        model(images).square().sum().backward()
        grads.append([parameter.grad for parameter in net.parameters()])
    torch.testing.assert_close(*grads)


@FLAGS
@pytest.mark.filterwarnings("ignore")  # the exporter's own
def test_onnx_gives_the_nets_outputs(memory_efficient):
    net, images, wanted = small("ImageNet stem", memory_efficient)
    program = torch.onnx.export(net, (images,), dynamo=True, verbose=False)
    run = ReferenceEvaluator(program.model_proto).run
    (found,) = run(None, {program.model_proto.graph.input[0].name: images.numpy()})
    torch.testing.assert_close(torch.from_numpy(found), wanted)


@FLAGS
def test_transforms_of_functions(memory_efficient):
    net, images, wanted = small("BC", memory_efficient)
    rows = torch.func.vmap(net)(images.unsqueeze(1))
    torch.testing.assert_close(rows.squeeze(1).detach(), wanted)
    slopes = torch.func.grad(lambda x: net(x).sum())(images)
    probe = images.clone().requires_grad_()
    net(probe).sum().backward()
    torch.testing.assert_close(slopes, probe.grad)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
def test_script_is_refused_in_words():
    for net in (core.densenet_cifar(22, 4), nn.Sequential(core.DenseBlock(2, 4, 4))):
        with pytest.raises(NotImplementedError, match=r"torch.jit.script .* torch.export.export"):
            torch.jit.script(net)

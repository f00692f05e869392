import pytest
import torch
import torchvision

from densenet_lessons.densenet.layers import DenseBlock
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.probes.kept_bytes import saved_bytes
from densenet_lessons.probes.maps import feature_maps


@pytest.fixture
def net():
    torch.manual_seed(0)
    return DenseNet(3, (2, 3), 5, num_classes=4, in_channels=1, small_inputs=True)


def test_maps_together_are_what_the_block_puts_out(net):
    image = torch.rand(1, 8, 6)
    for block, counts in [(1, [5, 3, 3]), (2, [5, 3, 3, 3])]:
        sources = feature_maps(net, image, block=block)
        assert [source.source for source in sources] == list(range(len(counts)))
        assert [len(source.maps) for source in sources] == counts
        caught = []
        module = getattr(net.features, f"denseblock{block}")
        handle = module.register_forward_hook(lambda _, __, out, into=caught: into.append(out))
        net.eval()(image.unsqueeze(0))
        handle.remove()
        together = torch.cat([torch.from_numpy(source.maps) for source in sources])
        torch.testing.assert_close(together, caught[0][0].detach())


def test_a_probe_leaves_the_net_alone(net):
    net.train()
    net.features.norm3.eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    feature_maps(net, torch.rand(1, 8, 8))
    saved_bytes(net, torch.rand(2, 1, 8, 8))
    assert net.training
    assert not net.features.norm3.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())


def test_a_block_alone_and_torchvisions_net():
    assert len(feature_maps(DenseBlock(2, 3, 4), torch.rand(3, 5, 5))) == 3
    theirs = torchvision.models.DenseNet(4, (2, 1), 6)
    assert [len(source.maps) for source in feature_maps(theirs, torch.rand(3, 32, 32))] == [6, 4, 4]


@pytest.mark.parametrize(
    ("block", "shape", "message"),
    [
        (0, (1, 8, 8), "block must be a positive integer, got 0"),
        (3, (1, 8, 8), "block must be at most 2 for this model, got 3"),
        (1, (2, 1, 8, 8), r"image must have shape .* got \(2, 1, 8, 8\)"),
        (1, (8, 8), r"image must have shape .* got \(8, 8\)"),
    ],
)
def test_wrong_arguments_are_named(net, block, shape, message):
    with pytest.raises(ValueError, match=message):
        feature_maps(net, torch.rand(shape), block=block)


def test_saved_bytes_counts_by_hand():
    x = torch.zeros(2, 3, requires_grad=True)
    assert saved_bytes(lambda x: x.exp(), x) == 2 * 3 * 4  # exp keeps its result
    assert saved_bytes(lambda x: x * x, x) == 0  # a product keeps its inputs, which are there
    assert saved_bytes(lambda x: x.exp().exp(), x) == 2 * 2 * 3 * 4
    linear = torch.nn.Linear(3, 5)
    assert saved_bytes(linear, x) == 0  # the weight is no extra memory

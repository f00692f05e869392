"""Small nets for the tests of probes: norms with statistics and weights of their own."""

import torch
from torch import nn

from densenet_lessons.densenet import DenseNet


def small_net(*, seed: int = 0, **options) -> DenseNet:
    """Blocks of 2 and 3 layers, k = 3, 5 channels from the stem; norms far from their start."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        net = DenseNet(3, (2, 3), 5, num_classes=4, in_channels=1, small_inputs=True, **options)
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5, generator=generator)
                module.bias.normal_(0, 0.5, generator=generator)
                module.running_mean.normal_(0, 0.5, generator=generator)
                module.running_var.uniform_(0.5, 2, generator=generator)
    return net.eval()


def some_images(count: int = 7, *, seed: int = 1) -> torch.Tensor:
    """Images (count, 1, 8, 6) from 0 to 1."""
    return torch.rand(count, 1, 8, 6, generator=torch.Generator().manual_seed(seed))


def state_of(net: nn.Module) -> dict:
    """All that a probe must leave as it was, to be compared with ``same_state``."""
    return {
        "values": {name: value.clone() for name, value in net.state_dict().items()},
        "modes": [module.training for module in net.modules()],
        "hooks": [
            (len(module._forward_hooks), len(module._forward_pre_hooks)) for module in net.modules()
        ],
        "grads": [
            (parameter.requires_grad, parameter.grad is None) for parameter in net.parameters()
        ],
        "formats": [parameter.stride() for parameter in net.parameters()],
        "random": torch.get_rng_state(),
    }


def same_state(net: nn.Module, before: dict) -> bool:
    now = state_of(net)
    values = all(torch.equal(value, before["values"][n]) for n, value in now["values"].items())
    random = torch.equal(now["random"], before["random"])
    rest = ("modes", "hooks", "grads", "formats")
    return values and random and all(now[key] == before[key] for key in rest)

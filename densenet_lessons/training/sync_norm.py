"""Batch norm over the images of all processes, on any device.

``torch.nn.SyncBatchNorm`` does it on GPUs alone. Here it is written out for the rest.
"""

import torch
from torch import Tensor, distributed, nn


class _SumOverRanks(torch.autograd.Function):
    """A sum over the processes; its gradient is the sum of theirs."""

    @staticmethod
    def forward(ctx, values: Tensor) -> Tensor:
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        distributed.all_reduce(total)
        return total


class RanksBatchNorm2d(nn.BatchNorm2d):
    """``BatchNorm2d`` whose statistics in training are those of all processes' images."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        size = torch.tensor(x.numel() / x.shape[1], dtype=x.dtype, device=x.device)
        count = _SumOverRanks.apply(size)
        mean = _SumOverRanks.apply(x.sum((0, 2, 3))) / count  # (C,)
        centred = x - mean[:, None, None]
        variance = _SumOverRanks.apply(centred.square().sum((0, 2, 3))) / count
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        return centred * scale[:, None, None] + self.bias[:, None, None]


def synchronised(net: nn.Module, device: torch.device) -> nn.Module:
    """The net with each batch norm replaced, weights and names kept, by one over all processes."""
    if device.type == "cuda":
        return nn.SyncBatchNorm.convert_sync_batchnorm(net)
    for module in list(net.modules()):
        for name, child in module.named_children():
            if type(child) is nn.BatchNorm2d:
                norm = RanksBatchNorm2d(child.num_features, child.eps, child.momentum)
                norm.load_state_dict(child.state_dict())
                setattr(module, name, norm.to(child.weight.device, child.weight.dtype))
    return net

"""The same net for looking alone: norms folded into convolutions, one buffer a block.

In evaluation mode a batch norm is ``a * x + b`` with fixed a and b, so a convolution beside it can
take it over. Behind a convolution (norm0, norm2) that is common practice. Before one, a ReLU
stands between: ``relu(a * x + b)`` is ``a * (max(x, t) - t)`` with ``t = -b / a``, and a minimum
where a is negative. The factor goes into the 1x1 convolution's weight, the shift into its bias,
and one ``clamp`` is left of norm1 and relu1.
"""

import copy
from collections import OrderedDict

import torch
from torch import Tensor, nn

from .layers import DenseBlock, DenseLayer, Transition
from .models import DenseNet
from .recompute import is_as_built, is_eager

#: The parts that are folded, and what they must be.
_LAYER = {"norm1": nn.BatchNorm2d, "relu1": nn.ReLU, "conv1": nn.Conv2d, "norm2": nn.BatchNorm2d}
_TRANSITION = {"norm": nn.BatchNorm2d, "relu": nn.ReLU, "conv": nn.Conv2d, "pool": nn.AvgPool2d}


def for_inference(model: DenseNet) -> DenseNet:
    """A copy of the net that gives the same outputs to rounding, in less time.

    Joined or moved: norm0 into conv0; norm1, relu1 and norm2 into conv1; norm and relu of a
    transition into its convolution, which runs after the pool, on a quarter of the pixels; relu0
    behind pool0. Each block writes into one buffer, in place of growing concatenations. Layers
    without a bottleneck keep norm1 and relu1, as their convolution pads with zeros.

    The copy is in evaluation mode, its weights lie in ``channels_last``, and none of them asks
    for a gradient; a gradient for the image is there when it is asked for.

    Args:
        model: any ``DenseNet``; it is left as it is. What isn't folded may be anything: relu2,
            conv2, dropout, the last norm, the classifier.

    Raises:
        TypeError: if ``model`` is no ``DenseNet``.
        ValueError: if a part to fold was replaced, hooked or parametrised, or is a norm
            without running statistics; the message names it.
    """
    if not isinstance(model, DenseNet):
        raise TypeError(f"model must be a DenseNet, got {type(model).__name__}")
    _check_foldable(model.features)
    for name, module in model.named_modules():
        if any(isinstance(value, Tensor) and not value.is_leaf for value in vars(module).values()):
            raise ValueError(
                f"model.{name} must keep its weight as a parameter, to be copied; make the pruned "
                "or normed weight permanent first (prune.remove, remove_weight_norm)"
            )
    result = copy.deepcopy(model).requires_grad_(False)
    steps = OrderedDict(result.features.named_children())
    for name, step in steps.items():
        if isinstance(step, DenseBlock):
            steps[name] = FoldedBlock(step)
        elif isinstance(step, Transition):
            steps[name] = FoldedTransition(step)
    if "norm0" in steps:
        steps["conv0"] = _conv(steps["conv0"], *_norm_after(steps["conv0"], steps.pop("norm0")))
    if type(steps.get("relu0")) is nn.ReLU and type(steps.get("pool0")) is nn.MaxPool2d:
        # Clipping the largest value gives the largest clipped value.
        swapped = {"relu0": "pool0", "pool0": "relu0"}
        order = [swapped.get(name, name) for name in steps]
        steps = OrderedDict((name, steps[name]) for name in order)
    result.features = nn.Sequential(steps)
    return result.eval().to(memory_format=torch.channels_last)


class FoldedLayer(nn.Module):
    """A bottleneck layer whose norms its 1x1 convolution has taken over."""

    def __init__(self, layer: DenseLayer) -> None:
        super().__init__()
        weight, bias = _norm_after(layer.conv1, layer.norm2)
        self.conv1 = _clipped_conv(self, layer.norm1, layer.conv1, weight, bias)
        self.relu2, self.conv2, self.dropout = layer.relu2, layer.conv2, layer.dropout

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv2(self.relu2(self.conv1(torch.clamp(x, self.low, self.high))))
        return x if self.dropout is None else self.dropout(x)


class FoldedBlock(DenseBlock):
    """A dense block whose layers read from one buffer, and write their channels behind."""

    def __init__(self, block: DenseBlock) -> None:
        nn.Module.__init__(self)
        for name, layer in block.items():
            self.add_module(name, layer if layer.bn_size is None else FoldedLayer(layer))
        self.num_output_features = block.num_output_features

    def forward(self, x: Tensor) -> Tensor:
        if not is_eager([x]) or self._wants_gradient(x):
            for layer in self:  # autograd and tracers want no tensor changed in place
                x = torch.cat([x, layer(x)], 1)
            return x
        batch, width, *sides = x.shape
        room = torch.empty(
            (batch, self.num_output_features, *sides),
            dtype=x.dtype, device=x.device, memory_format=torch.channels_last,
        )  # fmt: skip
        room[:, :width] = x
        for layer in self:
            new = layer(room[:, :width])  # (N, k, H, W)
            room[:, width : width + new.shape[1]] = new
            width += new.shape[1]
        return room

    def _wants_gradient(self, x: Tensor) -> bool:
        return torch.is_grad_enabled() and (
            x.requires_grad or any(parameter.requires_grad for parameter in self.parameters())
        )


class FoldedTransition(Transition):
    """A transition that clips, pools, then convolves."""

    def __init__(self, transition: Transition) -> None:
        nn.Module.__init__(self)
        conv = transition.conv
        self.pool = transition.pool
        self.conv = _clipped_conv(self, transition.norm, conv, _exact(conv.weight), conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(torch.clamp(x, self.low, self.high))


def _check_foldable(features: nn.Sequential) -> None:
    _check("features", features, nn.Sequential)
    if hasattr(features, "norm0"):
        _check("features.conv0", getattr(features, "conv0", None), nn.Conv2d)
        _check("features.norm0", features.norm0, nn.BatchNorm2d)
    for name, step in features.named_children():
        if isinstance(step, Transition):
            _check(f"features.{name}", step, Transition)
            for key, kind in _TRANSITION.items():
                _check(f"features.{name}.{key}", getattr(step, key, None), kind)
        elif isinstance(step, DenseBlock):
            _check(f"features.{name}", step, DenseBlock)
            for key, layer in step.items():
                _check(f"features.{name}.{key}", layer, DenseLayer)
                for part, kind in () if layer.bn_size is None else _LAYER.items():
                    _check(f"features.{name}.{key}.{part}", getattr(layer, part, None), kind)


def _check(name: str, part: nn.Module | None, kind: type) -> None:
    rule = None
    if type(part) is not kind:
        rule = f"be the {kind.__name__} that was built there, got {type(part).__name__}"
    elif not is_as_built(part):
        rule = "have no hook, forward or parametrisation of its own"
    elif kind is nn.BatchNorm2d and part.running_mean is None:
        rule = "have running statistics"
    elif name.endswith(("conv", "conv1")) and not _is_pointwise(part):
        rule = f"be a 1x1 convolution without padding and groups, got {part}"
    if rule:
        raise ValueError(f"model.{name} must {rule}, to be folded")


def _is_pointwise(conv: nn.Conv2d) -> bool:
    return (conv.kernel_size, conv.padding, conv.groups) == ((1, 1), (0, 0), 1)


def _exact(tensor: Tensor) -> Tensor:
    return tensor.detach().cpu().double()


def _scale_and_shift(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """a and b of the norm as ``a * x + b``, in float64."""
    scale = (_exact(norm.running_var) + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * _exact(norm.weight)
    shift = -_exact(norm.running_mean) * scale
    return scale, shift if norm.bias is None else shift + _exact(norm.bias)


def _norm_after(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of ``norm(conv(x))`` as one convolution, in float64."""
    scale, shift = _scale_and_shift(norm)
    weight = _exact(conv.weight) * scale[:, None, None, None]
    return weight, shift if conv.bias is None else shift + _exact(conv.bias) * scale


def _clipped_conv(
    owner: nn.Module, norm: nn.BatchNorm2d, conv: nn.Conv2d, weight: Tensor, bias: Tensor | None
) -> nn.Conv2d:
    """What ``conv(relu(norm(x)))`` is as a convolution of ``clamp(x, owner.low, owner.high)``.

    The bias is made from the rounded bounds and weights, so that a clipped channel adds zero.
    """
    dtype = conv.weight.dtype
    scale, shift = _scale_and_shift(norm)
    turn = (-shift / scale).to(dtype)  # where a * x + b changes its sign
    turns = turn.isfinite()
    low = turn.where(turns & (scale > 0), -torch.inf)
    high = turn.where(turns & (scale < 0), torch.inf)
    # A channel without a turn is positive everywhere, or nowhere and then left out.
    factor = scale.where(turns | (shift > 0), 0)
    weight = weight.flatten(1)
    scaled = (weight * factor).to(dtype).double()
    moved = (-scaled * turn).where(turns, weight * shift.clamp(min=0)).sum(1)
    bias = moved if bias is None else moved + _exact(bias)
    for name, bound in [("low", low), ("high", high)]:
        owner.register_buffer(name, bound[:, None, None].to(conv.weight))
    return _conv(conv, scaled[:, :, None, None], bias)


def _conv(conv: nn.Conv2d, weight: Tensor, bias: Tensor) -> nn.Conv2d:
    """The convolution with another weight and bias, in the place and precision of the old."""
    old = conv.weight
    conv.weight = nn.Parameter(weight.to(old), requires_grad=False)
    conv.bias = nn.Parameter(bias.to(old), requires_grad=False)
    return conv

"""Concatenate - norm - ReLU - convolve, keeping only what is there anyway.

A dense layer reads c channels that earlier layers have made. Autograd would store their
concatenation and its normalised copy for the backward pass, in every layer: quadratic in the
number of layers. This step stores neither. It keeps references to the sources, which exist
already, and makes the two large tensors again when the gradient comes.

The idea is that of Pleiss et al., "Memory-Efficient Implementation of DenseNets", arXiv
1707.06990. The convolution does not run twice; ``torch.utils.checkpoint`` avoids that as well, by
its early stop. But here the batch norm's running statistics are updated once, as in a plain
forward pass.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.nn import functional as F
from torch.nn.modules import module

_GLOBAL_HOOKS = (
    "_global_forward_hooks",
    "_global_forward_pre_hooks",
    "_global_backward_hooks",
    "_global_backward_pre_hooks",
)


def are_as_built(norm: nn.Module, relu: nn.Module, conv: nn.Module) -> bool:
    """Whether ``cat_norm_relu_conv`` does exactly what these modules would do.

    It runs norm and convolution by their formulas in the backward pass. So it says yes only if

    - the three are ``nn.BatchNorm2d`` with scale and shift, ``nn.ReLU`` and ``nn.Conv2d`` without
      bias and with zero padding: not subclasses, wrappers or replaced forwards;
    - their parameters are their own, not computed by weight norm, spectral norm or pruning;
    - no hook stands on them, nor a global module hook.
    """
    return (
        type(norm) is nn.BatchNorm2d
        and type(relu) is nn.ReLU
        and type(conv) is nn.Conv2d
        and norm.weight is not None
        and norm.bias is not None
        and conv.bias is None
        and conv.padding_mode == "zeros"
        and not isinstance(conv.padding, str)
        and not has_global_hooks()
        and all(map(is_as_built, (norm, relu, conv)))
    )


def can_recompute(sources: Sequence[Tensor]) -> bool:
    """Whether gradients are wanted, of tensors that are there to be read again."""
    return (
        torch.is_grad_enabled()
        and is_eager(sources)
        and not any(source.is_inference() for source in sources)
    )


def is_eager(tensors: Sequence[Tensor]) -> bool:
    """Whether these are PyTorch's own tensors with values, and nobody watches what is done to them.

    Not so while compiling, tracing, exporting, inside ``torch.func``, in forward mode, with
    tensors of another class or on ``meta``.
    """
    return (
        not torch.compiler.is_compiling()
        and not torch.jit.is_tracing()
        and torch._C._functorch.peek_interpreter_stack() is None
        and forward_ad._current_level < 0
        and all(type(x) in (Tensor, nn.Parameter) and not x.is_meta for x in tensors)
    )


def has_global_hooks() -> bool:
    return any(getattr(module, name) for name in _GLOBAL_HOOKS)


def is_as_built(part: nn.Module) -> bool:
    """No hook, no forward of its own, and all parameters its own."""
    own = vars(part)
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return (
        not any(own[name] for name in hooks)
        and "forward" not in own
        and "weight" not in own
        and all(
            isinstance(value, nn.Parameter)
            for value in own["_parameters"].values()
            if value is not None
        )
    )


def cat_norm_relu_conv(sources: Sequence[Tensor], norm: nn.BatchNorm2d, conv: nn.Conv2d) -> Tensor:
    """``conv(relu(norm(torch.cat(sources, 1))))``, with all but the sources recomputed.

    Same output, same gradients, same running statistics as the plain expression. ``norm`` needs
    its scale and shift, ``conv`` has no bias: a dense layer's parts.

    Shape:
        - sources: tensors (N, c_i, H, W)
        - Output: that of ``conv`` on sum(c_i) channels

    Raises:
        RuntimeError: in the backward pass, if a parameter was modified after the forward pass
            (autograd itself refuses that too).
    """
    return _CatNormReluConv.apply(norm, conv, norm.weight, norm.bias, conv.weight, *sources)


class _CatNormReluConv(torch.autograd.Function):
    @staticmethod
    def forward(ctx, norm, conv, gamma, beta, weight, *sources):
        ctx.norm, ctx.conv = norm, conv
        ctx.use_batch_statistics = norm.training or norm.running_mean is None
        output = conv(F.relu(norm(cat(sources)), inplace=True))
        # Sources are saved, parameters only referred to: they are not extra memory. Their
        # version numbers notice a change, as save_for_backward would.
        ctx.save_for_backward(*sources)
        ctx.constants = [gamma, beta, weight]
        if not ctx.use_batch_statistics:
            ctx.constants += [norm.running_mean, norm.running_var]
        ctx.versions = [constant._version for constant in ctx.constants]
        ctx.autocast = autocast_state(sources[0].device.type)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        if [constant._version for constant in ctx.constants] != ctx.versions:
            raise RuntimeError(
                "a parameter or running statistic of a memory-efficient layer was modified "
                "between its forward and backward pass; call backward() before optimizer.step()"
            )
        if torch.is_grad_enabled():  # with create_graph=True
            return None, None, *_differentiable_backward(ctx, grad_output)
        _, _, need_gamma, need_beta, need_weight, *need_sources = ctx.needs_input_grad
        gamma, beta, weight, *statistics = ctx.constants
        inputs = [
            tensor.detach().requires_grad_(need)
            for tensor, need in zip(
                (gamma, beta, *ctx.saved_tensors),
                (need_gamma, need_beta, *need_sources),
                strict=True,
            )
        ]
        hidden = _cat_norm_relu(ctx, *inputs, statistics=statistics or (None, None))

        grads = [None] * len(inputs)
        wanted = [index for index, tensor in enumerate(inputs) if tensor.requires_grad]
        grad_hidden, grad_weight = _conv_backward(
            ctx.conv, grad_output, hidden.detach(), weight, (bool(wanted), need_weight)
        )
        if wanted:
            found = torch.autograd.grad(hidden, [inputs[index] for index in wanted], grad_hidden)
            for index, grad in zip(wanted, found, strict=True):
                grads[index] = grad
        return None, None, grads[0], grads[1], grad_weight, *grads[2:]


def _differentiable_backward(ctx, grad_output) -> list[Tensor | None]:
    """The gradients with their own graph, for a second derivative; this stores all it needs."""
    # As views, for a source may depend on another one, and its own share alone is asked for.
    inputs = [tensor.view_as(tensor) for tensor in (*ctx.constants[:3], *ctx.saved_tensors)]
    gamma, beta, weight, *sources = inputs
    statistics, conv = ctx.constants[3:] or (None, None), ctx.conv
    hidden = _cat_norm_relu(ctx, gamma, beta, *sources, statistics=statistics)
    with torch.autocast(**ctx.autocast):
        output = F.conv2d(
            hidden, weight, None, conv.stride, conv.padding, conv.dilation, conv.groups
        )
    needs = ctx.needs_input_grad[2:]
    wanted = [tensor for tensor, need in zip(inputs, needs, strict=True) if need]
    found = iter(torch.autograd.grad(output, wanted, grad_output, create_graph=True))
    return [next(found) if need else None for need in needs]


def autocast_state(device: str) -> dict:
    """Arguments with which ``torch.autocast`` does on this device what it does now."""
    return {
        "device_type": device,
        "dtype": torch.get_autocast_dtype(device),
        "enabled": torch.is_autocast_enabled(device),
    }


def cat(sources: Sequence[Tensor]) -> Tensor:
    return torch.cat(sources, 1) if len(sources) > 1 else sources[0]


def _cat_norm_relu(ctx, gamma, beta, *sources, statistics) -> Tensor:
    """The hidden tensor once more, with its graph, under the forward pass's autocast."""
    with torch.enable_grad(), torch.autocast(**ctx.autocast):
        normed = F.batch_norm(
            cat(sources),
            *statistics,  # (None, None) with batch statistics: nothing is updated twice
            gamma,
            beta,
            training=ctx.use_batch_statistics,
            eps=ctx.norm.eps,
        )
        return F.relu(normed, inplace=True)


def _conv_backward(conv, grad_output, hidden, weight, needs) -> tuple[Tensor | None, Tensor | None]:
    """Gradients of a convolution for its input and its weight, without running it again."""
    dtype = grad_output.dtype  # under autocast, the lower precision that the convolution ran in
    grads = torch.ops.aten.convolution_backward(
        grad_output,
        hidden.to(dtype),
        weight.to(dtype),
        None,
        conv.stride,
        conv.padding,
        conv.dilation,
        False,
        [0, 0],
        conv.groups,
        [*needs, False],
    )
    originals = (hidden, weight)
    return tuple(
        None if grad is None else grad.to(original.dtype)
        for grad, original in zip(grads, originals, strict=False)
    )

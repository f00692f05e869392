"""The pieces of a DenseNet: dense layer, dense block, transition, stem.

The submodules carry torchvision's names (``norm1``, ``conv1``, ``denselayer1``, ...), so its
state dicts load as they are. No convolution has a bias: a batch norm follows, and shifts.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor, nn

from .checks import check_fraction, check_positive_int
from .keep_less import call_keeping_less
from .recompute import are_as_built, can_recompute, cat, cat_norm_relu_conv
from .spec import block_widths

_OLD_NAME = re.compile(r"(norm|conv)\.[12]\.")


class DenseLayer(nn.Module):
    """The composite function H of one layer: it reads everything so far and adds k channels.

    Paper: section 3, "Composite function", "Bottleneck layers".

    Args:
        num_input_features: channels that the layer reads, c.
        growth_rate: channels that it adds, k.
        bn_size: the 1x1 convolution squeezes to ``bn_size * growth_rate`` channels before the
            3x3 one. None leaves the bottleneck out: BN - ReLU - 3x3 convolution.
        drop_rate: probability, at least 0 and below 1, that dropout zeroes a new value.
        memory_efficient: recompute concatenation, norm1 and relu1 in the backward pass
            instead of storing them. Same outputs, gradients, running statistics and hook calls,
            whatever stands in the layer:

            - norm1, relu1 and conv1 as built (``recompute.are_as_built``): all of it is
              recomputed, by formulas;
            - one of them replaced, hooked, parametrised or pruned: each is called once, and what
              can be made again for sure is not stored (``keep_less.call_keeping_less``);
            - without gradients, compiling, tracing, exporting, in ``torch.func``, with other
              tensors than PyTorch's own, or on ``meta`` (``recompute.can_recompute``): as without
              the flag.

    Shape:
        - Input: (N, c, H, W), or a list of tensors (N, c_i, H, W) with widths that add up to c.
        - Output: (N, k, H, W), the new channels alone.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """

    def __init__(
        self,
        num_input_features: int,
        growth_rate: int,
        *,
        bn_size: int | None = 4,
        drop_rate: float = 0.0,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        check_positive_int(num_input_features=num_input_features, growth_rate=growth_rate)
        check_fraction("drop_rate", drop_rate, zero=True, one=False)
        self.norm1 = nn.BatchNorm2d(num_input_features)
        self.relu1 = nn.ReLU()
        if bn_size is None:
            self.conv1 = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        else:
            check_positive_int(bn_size=bn_size)
            squeezed = bn_size * growth_rate
            self.conv1 = nn.Conv2d(num_input_features, squeezed, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(squeezed)
            self.relu2 = nn.ReLU()
            self.conv2 = nn.Conv2d(squeezed, growth_rate, 3, padding=1, bias=False)
        self.bn_size = bn_size
        self.dropout = nn.Dropout(drop_rate) if drop_rate else None
        self.memory_efficient = memory_efficient

    def forward(self, features: Tensor | Sequence[Tensor]) -> Tensor:
        sources = [features] if isinstance(features, Tensor) else list(features)
        if not self.memory_efficient or not can_recompute(sources):
            x = self.conv1(
                self.relu1(self.norm1(cat(sources)))
            )  # (N, 4k, H, W), plain: (N, k, H, W)
        elif are_as_built(self.norm1, self.relu1, self.conv1):
            x = cat_norm_relu_conv(sources, self.norm1, self.conv1)
        else:
            x = call_keeping_less(sources, self.norm1, self.relu1, self.conv1)
        if self.bn_size is not None:
            x = self.conv2(self.relu2(self.norm2(x)))  # (N, k, H, W)
        return x if self.dropout is None else self.dropout(x)

    def __prepare_scriptable__(self):
        raise NotImplementedError(
            "torch.jit.script can't read a dense layer, which takes one tensor or any number; "
            "torch.export.export, torch.jit.trace and torch.compile can"
        )

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        # torchvision's published files still say norm.1 and conv.2.
        for old in [key for key in state_dict if _OLD_NAME.match(key.removeprefix(prefix))]:
            kind, number, rest = old.removeprefix(prefix).split(".", 2)
            state_dict[f"{prefix}{kind}{number}.{rest}"] = state_dict.pop(old)
        super()._load_from_state_dict(state_dict, prefix, *args)


class DenseBlock(nn.Module):
    """Layers that each read the concatenation of the block's input and all layers before.

    Paper: section 3, "Dense connectivity", equation 2.

    Args:
        num_layers: layers in the block, n.
        num_input_features: channels that enter the block, k0.
        growth_rate: channels that each layer adds, k.
        bn_size, drop_rate, memory_efficient: as in ``DenseLayer``.

    Shape:
        - Input: (N, k0, H, W)
        - Output: (N, k0 + n * k, H, W). The first k0 channels are the input itself, then
          come the layers' channels, oldest first.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """

    def __init__(
        self,
        num_layers: int,
        num_input_features: int,
        growth_rate: int,
        *,
        bn_size: int | None = 4,
        drop_rate: float = 0.0,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        widths = block_widths(num_input_features, num_layers, growth_rate)
        for index, width in enumerate(widths[:-1], 1):
            layer = DenseLayer(
                width,
                growth_rate,
                bn_size=bn_size,
                drop_rate=drop_rate,
                memory_efficient=memory_efficient,
            )
            self.add_module(f"denselayer{index}", layer)
        self.num_output_features = widths[-1]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[DenseLayer]:
        return iter(self._modules.values())

    def __getitem__(self, name: str) -> DenseLayer:
        return self._modules[name]

    def items(self) -> Iterable[tuple[str, DenseLayer]]:
        """(name, layer) for each layer, oldest first, as torchvision's blocks give them."""
        return self._modules.items()

    def forward(self, x: Tensor) -> Tensor:
        features = [x]
        for layer in self._modules.values():  # what an older compiler can follow, too
            features.append(layer(features))
        return torch.cat(features, 1)


class Transition(nn.Sequential):
    """Between two blocks: BN - ReLU - 1x1 convolution to fewer channels - 2x2 average pool.

    Paper: section 3, "Pooling layers", "Compression". The text there leaves the ReLU out; the
    authors' code has it, and so have torchvision and we.

    Args:
        num_input_features: channels that leave the block before, m.
        num_output_features: channels to keep; ``compressed_width(m, compression)`` gives
            the paper's floor(theta * m).

    Shape:
        - Input: (N, m, H, W) with H and W at least 2
        - Output: (N, num_output_features, H // 2, W // 2)

    Raises:
        ValueError: naming the argument, its value and the rule.
    """

    def __init__(self, num_input_features: int, num_output_features: int) -> None:
        super().__init__()
        check_positive_int(
            num_input_features=num_input_features, num_output_features=num_output_features
        )
        self.norm = nn.BatchNorm2d(num_input_features)
        self.relu = nn.ReLU()
        self.conv = nn.Conv2d(num_input_features, num_output_features, 1, bias=False)
        self.pool = nn.AvgPool2d(2, stride=2)


def stem(in_channels: int, num_init_features: int, small_inputs: bool) -> OrderedDict:
    """What stands before the first block, by name: ImageNet's stem, or CIFAR's one convolution."""
    if small_inputs:
        conv = nn.Conv2d(in_channels, num_init_features, 3, padding=1, bias=False)
        return OrderedDict(conv0=conv)
    return OrderedDict(
        conv0=nn.Conv2d(in_channels, num_init_features, 7, stride=2, padding=3, bias=False),
        norm0=nn.BatchNorm2d(num_init_features),
        relu0=nn.ReLU(),
        pool0=nn.MaxPool2d(3, stride=2, padding=1),
    )

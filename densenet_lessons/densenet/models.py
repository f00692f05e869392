"""DenseNet and the named nets. torchvision's state dicts load as they are."""

import warnings
from dataclasses import fields, replace

from torch import Tensor, nn

from .checks import check_fraction
from .input_check import check_input
from .layers import DenseBlock, Transition, stem
from .pretrained import check_fits, download, published
from .spec import IMAGENET_NETS, DenseNetSpec, cifar_spec, compressed_width


class DenseNet(nn.Module):
    """Stem, dense blocks with transitions between them, batch norm, global pool, classifier.

    Paper: section 3 and Table 1; the CIFAR nets: section 3, "Implementation Details".

    Args:
        growth_rate: k, channels that each dense layer adds.
        block_config: dense layers in each block.
        num_init_features: channels that leave the stem, k0.
        bn_size: bottleneck width as a multiple of ``growth_rate``; None for plain layers,
            BN - ReLU - 3x3 convolution.
        drop_rate: dropout at the end of each dense layer, at least 0 and below 1.
        compression: theta, above 0 and at most 1: a transition keeps floor(theta * m) channels.
        num_classes: classes, the length of the output.
        in_channels: channels of the image.
        small_inputs: False for the ImageNet stem (7x7 convolution with stride 2, batch norm,
            ReLU, 3x3 max pool with stride 2), True for the CIFAR stem (one 3x3 convolution).
        memory_efficient: recompute concatenations in the backward pass (``recompute``).

    Shape:
        - Input: (N, in_channels, H, W)
        - Output: (N, num_classes), logits

    Raises:
        ValueError: naming the argument, its value and the rule; from ``forward`` when the
            input has another number of channels or is too small for the pools.

    Note:
        Initialisation is He et al.'s for convolutions, as in the paper and in torchvision; the
        authors' code draws by fan-out. The paper has dropout after each convolution but the
        first (section 4.2); torchvision and we have it after the last one of a dense layer alone,
        so never behind a bottleneck's 1x1 convolution and never in a transition.

        ``torch.compile``, ``torch.export``, ``torch.onnx.export``, ``torch.fx`` and
        ``torch.jit.trace`` take the net as it is; ``torch.jit.script`` doesn't, and says so.
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: tuple[int, ...] = (6, 12, 24, 16),
        num_init_features: int = 64,
        *,
        bn_size: int | None = 4,
        drop_rate: float = 0.0,
        compression: float = 0.5,
        num_classes: int = 1000,
        in_channels: int = 3,
        small_inputs: bool = False,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        spec = DenseNetSpec(
            growth_rate=growth_rate,
            block_config=block_config,
            num_init_features=num_init_features,
            bn_size=bn_size,
            compression=compression,
            num_classes=num_classes,
            in_channels=in_channels,
            small_inputs=small_inputs,
        )
        self._build(spec, drop_rate=drop_rate, memory_efficient=memory_efficient)

    @classmethod
    def from_spec(
        cls, spec: DenseNetSpec, *, drop_rate: float = 0.0, memory_efficient: bool = False
    ) -> "DenseNet":
        """The net that ``spec`` describes, which was checked when it was made.

        Args:
            spec: all that fixes the shape of the net.
            drop_rate, memory_efficient: as in ``DenseNet``.

        Raises:
            TypeError: if ``spec`` is no ``DenseNetSpec``.
            ValueError: if ``drop_rate`` is not at least 0 and below 1.
        """
        if not isinstance(spec, DenseNetSpec):
            raise TypeError(f"spec must be a DenseNetSpec, got {type(spec).__name__}")
        net = cls.__new__(cls)
        nn.Module.__init__(net)
        net._build(spec, drop_rate=drop_rate, memory_efficient=memory_efficient)
        return net

    def _build(self, spec: DenseNetSpec, *, drop_rate: float, memory_efficient: bool) -> None:
        check_fraction("drop_rate", drop_rate, zero=True, one=False)
        self.spec = spec
        width = spec.num_init_features
        self.features = nn.Sequential(stem(spec.in_channels, width, spec.small_inputs))
        for index, num_layers in enumerate(spec.block_config, 1):
            block = DenseBlock(
                num_layers,
                width,
                spec.growth_rate,
                bn_size=spec.bn_size,
                drop_rate=drop_rate,
                memory_efficient=memory_efficient,
            )
            self.features.add_module(f"denseblock{index}", block)
            width = block.num_output_features
            if index < len(spec.block_config):
                kept = compressed_width(width, spec.compression)
                self.features.add_module(f"transition{index}", Transition(width, kept))
                width = kept
        self.features.add_module(f"norm{index + 1}", nn.BatchNorm2d(width))
        self.relu = nn.ReLU()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(width, spec.num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: Tensor) -> Tensor:
        check_input(x, self.features)
        x = self.relu(self.features(x))  # (N, m, h, w)
        return self.classifier(self.pool(x).flatten(1))  # (N, num_classes)

    def load_state_dict(self, state_dict, strict: bool = True, assign: bool = False):
        """As ``nn.Module`` has it, torchvision's old names (``norm.1``) included.

        Warns:
            UserWarning: with ``strict=False``, naming what the file left as it was.
        """
        result = super().load_state_dict(state_dict, strict=strict, assign=assign)
        if result.missing_keys:
            names = ", ".join(result.missing_keys[:5])
            more = f" and {len(result.missing_keys) - 5} more" * (len(result.missing_keys) > 5)
            warnings.warn(
                f"state_dict has no value for {names}{more}: they stay as they were", stacklevel=2
            )
        return result


def _imagenet(name: str, weights, options: dict) -> DenseNet:
    how = {key: options.pop(key) for key in ("drop_rate", "memory_efficient") if key in options}
    unknown = options.keys() - {field.name for field in fields(DenseNetSpec)}
    if unknown:
        raise TypeError(f"{name} got unknown options: {', '.join(sorted(unknown))}")
    spec = replace(IMAGENET_NETS[name], **options)
    if weights is None:
        return DenseNet.from_spec(spec, **how)
    chosen = published(name, weights)
    published_spec = replace(IMAGENET_NETS[name], num_classes=len(chosen.meta["categories"]))
    check_fits(spec, published_spec)
    model = DenseNet.from_spec(spec, **how)
    model.load_state_dict(download(name, chosen))
    return model


def densenet121(*, weights=None, **options) -> DenseNet:
    """DenseNet-121 of Paper Table 1: k = 32, blocks of 6, 12, 24, 16 layers.

    Args:
        weights: None, or torchvision's ``DenseNet121_Weights`` (or its name, such as
            ``"DEFAULT"``): downloaded by torchvision on first use.
        options: go on to ``DenseNet``.

    Raises:
        ValueError: if an option is wrong, or ``weights`` is not one of torchvision's.
        RuntimeError: if the weights are not cached and the download fails.
    """
    return _imagenet("densenet121", weights, options)


def densenet161(*, weights=None, **options) -> DenseNet:
    """DenseNet-161 of the authors' code: k = 48, blocks of 6, 12, 36, 24 layers, stem of 96.

    Arguments and errors as in ``densenet121``.
    """
    return _imagenet("densenet161", weights, options)


def densenet169(*, weights=None, **options) -> DenseNet:
    """DenseNet-169 of Paper Table 1: k = 32, blocks of 6, 12, 32, 32 layers.

    Arguments and errors as in ``densenet121``.
    """
    return _imagenet("densenet169", weights, options)


def densenet201(*, weights=None, **options) -> DenseNet:
    """DenseNet-201 of Paper Table 1: k = 32, blocks of 6, 12, 48, 32 layers.

    Arguments and errors as in ``densenet121``.
    """
    return _imagenet("densenet201", weights, options)


def densenet264(*, weights=None, **options) -> DenseNet:
    """DenseNet-264 of Paper Table 1: k = 32, blocks of 6, 12, 64, 48 layers.

    torchvision does not have this net, so ``weights`` must be None.
    """
    return _imagenet("densenet264", weights, options)


def densenet_cifar(
    depth: int,
    growth_rate: int,
    *,
    bottleneck: bool = True,
    compression: float = 0.5,
    num_classes: int = 10,
    in_channels: int = 3,
    drop_rate: float = 0.0,
    memory_efficient: bool = False,
) -> DenseNet:
    """The three-block nets of Paper Table 2 for 32-pixel images.

    DenseNet-BC is the default. The plain nets of the table have ``bottleneck=False`` and
    ``compression=1.0``.

    Args:
        depth: L, which is 6n + 4 with bottlenecks and 3n + 4 without.
        growth_rate: k.
        bottleneck, compression: the B and the C of DenseNet-BC.
        num_classes, in_channels, drop_rate, memory_efficient: as in ``DenseNet``.

    Raises:
        ValueError: if no block_config gives this depth, or another argument is out of range.
    """
    spec = cifar_spec(
        depth,
        growth_rate,
        bottleneck=bottleneck,
        compression=compression,
        num_classes=num_classes,
        in_channels=in_channels,
    )
    return DenseNet.from_spec(spec, drop_rate=drop_rate, memory_efficient=memory_efficient)

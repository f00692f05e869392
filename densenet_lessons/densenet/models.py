"""DenseNet and the named nets. torchvision's state dicts load as they are."""

import urllib.error
from collections import OrderedDict

from torch import Tensor, nn

from .layers import DenseBlock, Transition
from .spec import (
    IMAGENET_NETS,
    DenseNetSpec,
    check_fraction,
    cifar_spec,
    compressed_width,
    minimum_image_size,
)


class DenseNet(nn.Module):
    """Stem, dense blocks with transitions between them, batch norm, global pool, classifier.

    Paper: section 3 and Table 1; the CIFAR nets: section 4.2.

    Args:
        growth_rate: k, channels that each dense layer adds.
        block_config: dense layers in each block.
        num_init_features: channels that leave the stem, k0.
        bn_size: bottleneck width as a multiple of ``growth_rate``; None for plain layers,
            BN - ReLU - 3x3 convolution.
        drop_rate: dropout after each dense layer, at least 0 and below 1.
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
        Initialisation is He et al.'s for convolutions, as in the paper and in torchvision.
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
        self.spec = DenseNetSpec(
            growth_rate=growth_rate,
            block_config=block_config,
            num_init_features=num_init_features,
            bn_size=bn_size,
            compression=compression,
            num_classes=num_classes,
            in_channels=in_channels,
            small_inputs=small_inputs,
        )
        check_fraction("drop_rate", drop_rate, zero=True, one=False)
        self.features = nn.Sequential(_stem(in_channels, num_init_features, small_inputs))
        width = num_init_features
        for index, num_layers in enumerate(self.spec.block_config, 1):
            block = DenseBlock(
                num_layers,
                width,
                growth_rate,
                bn_size=bn_size,
                drop_rate=drop_rate,
                memory_efficient=memory_efficient,
            )
            self.features.add_module(f"denseblock{index}", block)
            width = block.num_output_features
            if index < len(self.spec.block_config):
                kept = compressed_width(width, compression)
                self.features.add_module(f"transition{index}", Transition(width, kept))
                width = kept
        self.features.add_module(f"norm{index + 1}", nn.BatchNorm2d(width))
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(width, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: Tensor) -> Tensor:
        self._check_input(x)
        x = self.relu(self.features(x))  # (N, m, h, w)
        return self.classifier(self.pool(x).flatten(1))  # (N, num_classes)

    def _check_input(self, x: Tensor) -> None:
        if x.ndim != 4 or x.shape[1] != self.spec.in_channels:
            raise ValueError(
                f"x must have shape (N, {self.spec.in_channels}, H, W), got {tuple(x.shape)}"
            )
        smallest = minimum_image_size(self.spec)
        if min(x.shape[2:]) < smallest:
            raise ValueError(
                f"x must be at least {smallest} pixels high and wide for "
                f"{len(self.spec.block_config)} blocks with this stem, got {tuple(x.shape[2:])}"
            )


def _stem(in_channels: int, num_init_features: int, small_inputs: bool) -> OrderedDict:
    if small_inputs:
        conv = nn.Conv2d(in_channels, num_init_features, 3, padding=1, bias=False)
        return OrderedDict(conv0=conv)
    return OrderedDict(
        conv0=nn.Conv2d(in_channels, num_init_features, 7, stride=2, padding=3, bias=False),
        norm0=nn.BatchNorm2d(num_init_features),
        relu0=nn.ReLU(inplace=True),
        pool0=nn.MaxPool2d(3, stride=2, padding=1),
    )


def _imagenet(name: str, weights, options: dict) -> DenseNet:
    spec = IMAGENET_NETS[name]
    shape = {
        "growth_rate": spec.growth_rate,
        "block_config": spec.block_config,
        "num_init_features": spec.num_init_features,
    }
    if weights is None:
        return DenseNet(**{**shape, **options})
    pretrained = _pretrained(name, weights)
    categories = pretrained.classifier.out_features
    if options.get("num_classes", categories) != categories:
        raise ValueError(
            f"num_classes must be {categories} with pretrained weights, "
            f"got {options['num_classes']}; replace model.classifier after loading instead"
        )
    model = DenseNet(**{**shape, **options, "num_classes": categories})
    model.load_state_dict(pretrained.state_dict())
    return model


def _pretrained(name: str, weights) -> nn.Module:
    """torchvision's own net with its weights: its download, its cache, its checksum."""
    import torchvision  # only where asked for: it takes a second to import

    builder = getattr(torchvision.models, name, None)
    if builder is None:
        raise ValueError(f"weights must be None for {name}: nobody ships them, got {weights!r}")
    try:
        chosen = torchvision.models.get_model_weights(name).verify(weights)
    except (KeyError, TypeError) as error:
        names = ", ".join(torchvision.models.get_model_weights(name).__members__)
        raise ValueError(f"weights must be None or one of {names}, got {weights!r}") from error
    try:
        return builder(weights=chosen)
    except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
        raise RuntimeError(
            f"weights={weights!r} for {name} are downloaded once, and the download failed "
            f"({error}); go on with weights=None, or try again with a network connection"
        ) from error


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
    return DenseNet(**vars(spec), drop_rate=drop_rate, memory_efficient=memory_efficient)

"""The DenseNet to carry off: layers, nets, and what fixes them. Needs torch alone.

Copy this folder under any name; it imports nothing of the course.
"""

from .checks import check_block_config, check_fraction, check_positive_int
from .inference import for_inference
from .layers import DenseBlock, DenseLayer, Transition
from .models import (
    DenseNet,
    densenet121,
    densenet161,
    densenet169,
    densenet201,
    densenet264,
    densenet_cifar,
)
from .recompute import cat_norm_relu_conv
from .spec import (
    CIFAR_NETS,
    IMAGENET_NETS,
    DenseNetSpec,
    block_config_for_depth,
    block_sides,
    block_widths,
    cifar_spec,
    compressed_width,
    depth_of,
    minimum_image_size,
)

__all__ = [
    "CIFAR_NETS",
    "IMAGENET_NETS",
    "DenseBlock",
    "DenseLayer",
    "DenseNet",
    "DenseNetSpec",
    "Transition",
    "block_config_for_depth",
    "block_sides",
    "block_widths",
    "cat_norm_relu_conv",
    "check_block_config",
    "check_fraction",
    "check_positive_int",
    "cifar_spec",
    "compressed_width",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "densenet264",
    "densenet_cifar",
    "depth_of",
    "for_inference",
    "minimum_image_size",
]

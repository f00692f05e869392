"""What happens inside a net: feature maps, gradients, and the bytes that autograd keeps.

Every probe leaves the net as it found it: same mode, same parameters, same running statistics,
no hook left behind. Results are plain arrays and numbers.
"""

from densenet_lessons.probes.gradients import GradientNorm, gradient_norms
from densenet_lessons.probes.kept_bytes import saved_bytes
from densenet_lessons.probes.maps import SourceMaps, feature_maps

__all__ = ["GradientNorm", "SourceMaps", "feature_maps", "gradient_norms", "saved_bytes"]

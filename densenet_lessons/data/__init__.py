"""The pictures of the course: a subset of Fashion-MNIST, whole data sets on request, a photo."""

from densenet_lessons.data.shipped import ASSETS, damaged, read_checked, read_json
from densenet_lessons.data.small import (
    FASHION_CLASSES,
    LabelledImages,
    flip_and_crop,
    load_images,
    load_photo,
    one_of_each_class,
)

__all__ = [
    "ASSETS",
    "FASHION_CLASSES",
    "LabelledImages",
    "damaged",
    "flip_and_crop",
    "load_images",
    "load_photo",
    "one_of_each_class",
    "read_checked",
    "read_json",
]

"""The pictures of the course: a subset of Fashion-MNIST, whole data sets on request, a photo."""

from densenet_lessons.data.judged import load_judged_images
from densenet_lessons.data.sets import DATA_SETS, DataSet, SeededImages, open_data_set
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
    "DATA_SETS",
    "FASHION_CLASSES",
    "DataSet",
    "LabelledImages",
    "SeededImages",
    "damaged",
    "flip_and_crop",
    "load_images",
    "load_judged_images",
    "load_photo",
    "one_of_each_class",
    "open_data_set",
    "read_checked",
    "read_json",
]

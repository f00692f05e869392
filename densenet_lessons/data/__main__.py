"""``python -m densenet_lessons.data FOLDER`` writes the Fashion-MNIST subsets again."""

import argparse
from pathlib import Path

from densenet_lessons.data.judged import write_judged
from densenet_lessons.data.small import write_subset

parser = argparse.ArgumentParser(description="Write the Fashion-MNIST subsets again.")
parser.add_argument("folder", type=Path, help="folder with the four original idx .gz files")
folder = parser.parse_args().folder
write_subset(folder)
write_judged(folder)

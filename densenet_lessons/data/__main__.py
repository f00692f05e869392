"""``python -m densenet_lessons.data FOLDER`` writes the Fashion-MNIST subset again."""

import argparse
from pathlib import Path

from densenet_lessons.data.small import write_subset

parser = argparse.ArgumentParser(description="Write the Fashion-MNIST subset again.")
parser.add_argument("folder", type=Path, help="folder with the four original idx .gz files")
write_subset(parser.parse_args().folder)

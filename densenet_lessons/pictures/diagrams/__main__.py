"""``python -m densenet_lessons.pictures.diagrams [folder]`` writes the drawings to images/."""

import sys
from pathlib import Path

from densenet_lessons.pictures.diagrams import DRAWINGS
from densenet_lessons.pictures.diagrams.export import write_all

IMAGES = Path(__file__).parents[3] / "images"


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else IMAGES
    for path in write_all(folder, DRAWINGS):
        print(f"{path}  {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main(sys.argv[1:])

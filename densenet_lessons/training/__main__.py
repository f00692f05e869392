"""``python -m densenet_lessons.training`` trains at full size; ``--help`` says how.

A door: what it opens needs data and lies a floor above, in ``experiments``.
"""

from densenet_lessons.experiments import scale_up

if __name__ == "__main__":
    scale_up()

"""DenseNet, taught by running it: the package behind the notebooks.

What lives where, from the bottom up:

- ``arithmetic``: widths, depths, parameters and multiply-adds as plain integers.
- ``layers``, ``models``: ``DenseLayer``, ``DenseBlock``, ``Transition``, ``DenseNet``.
- ``recompute``: the step that trades a little time for a lot of memory.
- ``probes``, ``datasets``: what a net does inside, and the pictures that it is shown.
- ``training``, ``zoo``, ``comparison``: a training loop, and the nets and results that it gave.
- ``plots``, ``diagrams``, ``display``: pictures, each with a text alternative.
- ``panels``, ``exercises``: what a learner moves, and what checks a learner's answer.

Importing ``densenet_lessons`` alone loads neither torch nor matplotlib.
"""

__version__ = "1.0.0"

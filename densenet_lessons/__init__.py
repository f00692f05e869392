"""DenseNet, taught by running it: the package behind the notebooks.

What lives where, from the bottom up; a room imports only rooms below it:

- ``densenet``: the DenseNet itself, to use or to carry off; it needs torch alone.
- ``costs``: parameters, multiply-adds and parts of a net, by the paper's arithmetic.
- ``data``: the pictures that ship with the course, and whole data sets on request.
- ``training``: a loop that can be stopped and gone on with, schedules, history.
- ``probes``: what happens inside a net: feature maps, gradients, bytes kept.
- ``experiments``: trained nets and recorded results: the zoo, the comparison, faults.
- ``pictures``: plots, drawings and the palette, each picture with a text alternative.
- ``exercises``: what checks a learner's answer.
- ``panels``: what a learner moves.
- ``course``: the learner's side: the command, progress, the check of the environment.

Importing ``densenet_lessons`` alone loads neither torch nor matplotlib.
"""

__version__ = "1.0.0"

"""The scale-up command in processes of which one kills itself, once, in the middle of an epoch.

``DIES_ONCE`` names a file that is made then, so that the next start lives.
"""

import os
import signal
import sys
from pathlib import Path

from torch.optim import SGD

from densenet_lessons.experiments import scale_up

AT_STEP = 6  # of four an epoch: the second step of epoch 2
done, step = Path(os.environ["DIES_ONCE"]), SGD.step
steps = 0


def dying_step(self, *args, **kwargs):
    global steps
    steps += 1
    if os.environ["RANK"] == "1" and steps == AT_STEP and not done.exists():
        done.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return step(self, *args, **kwargs)


SGD.step = dying_step
scale_up(sys.argv[1:])

"""Train lesson 06's net with several seeds, and say how far its accuracy spreads.

``nice python tests/live_training.py --seeds 20 --threads 1`` runs the lesson's own cells, as they
stand in the notebook, once for each seed. It fails if a run misses what the lesson asserts about
it. Not part of the tests: it takes minutes.
"""

import argparse
import math
import sys
import time
from statistics import mean, stdev

import torch
from lessons import LESSONS

GOAL = 0.8
CELLS = (
    "setup", "data", "reveal-scale", "live-net", "reveal-6-2", "live-training", "live-result",
    "reveal-hardest",
)  # fmt: skip


def sources() -> dict[str, str]:
    """The lesson's code, by cell."""
    [lesson] = [lesson for lesson in LESSONS if lesson.number == 6]
    return {cell.id: cell.source for cell in lesson.code}


def run_lesson(seed: int) -> dict:
    """What the cells leave behind, with another ``SEED``."""
    world = {"display": lambda *_: None, "print": lambda *_: None}
    for name in CELLS:
        exec(sources()[name].replace("SEED = 0", f"SEED = {seed}"), world)
        world["show"] = lambda *_, **__: None
    return world


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--threads", type=int, help="CPU threads to use")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    accuracies, seconds, missed = [], [], 0
    for seed in range(options.first, options.first + options.seeds):
        start = time.process_time()
        try:
            world = run_lesson(seed)
        except AssertionError as error:
            missed += 1
            print(f"seed {seed}: an assertion of the lesson failed {error}", flush=True)
            continue
        accuracies.append(world["after"].accuracy)
        seconds.append(sum(world["history"].seconds))
        print(
            f"seed {seed}: accuracy {accuracies[-1]:.4f}, hardest "
            f"{world['names'][world['confusions'].diag().argmin()]}, errors among tops "
            f"{world['among_tops']:.2f}, {seconds[-1]:.0f} s of training, "
            f"{time.process_time() - start:.0f} CPU s in all",
            flush=True,
        )
    spread = stdev(accuracies) if len(accuracies) > 1 else math.nan
    print(
        f"{len(accuracies)} of {options.seeds} runs hold what the lesson asserts: accuracy "
        f"{mean(accuracies):.4f} ± {spread:.4f} (standard deviation over seeds), "
        f"{min(accuracies):.4f} to {max(accuracies):.4f}; the lesson asks for {GOAL}. "
        f"Training took {min(seconds):.0f} to {max(seconds):.0f} s."
    )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())

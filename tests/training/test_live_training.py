"""The script that trains lesson 06's net with many seeds runs cells that are there."""

import live_training


def test_the_cells_that_it_runs_are_in_the_lesson():
    found = live_training.sources()
    assert set(live_training.CELLS) <= set(found)
    assert "SEED = 0" in found[live_training.CELLS[0]]
    assert f"after.accuracy >= {live_training.GOAL:g}" in found["live-result"]

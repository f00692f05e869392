"""Kept bytes and rooflines: what was given is what stands in the plot."""

import pytest

from densenet_lessons.pictures.display import png_bytes
from densenet_lessons.pictures.plots.memory import RooflinePoint, plot_roofline, plot_saved_bytes
from densenet_lessons.probes import MachineSpeed


def test_lines_and_marks_are_the_bytes_in_megabytes():
    figure = plot_saved_bytes(
        {"kept": {2: 4_000_000, 4: 16_000_000}, "recomputed": {2: 2_000_000, 4: 4_000_000}},
        {"kept": {2: 4_100_000}},
    )
    lines = [tuple(map(list, line.get_data())) for line in figure.axes[0].lines]
    assert ([2, 4], [4, 16]) in lines
    assert ([2, 4], [2, 4]) in lines
    assert ([2], [4.1]) in lines
    assert {"kept", "recomputed"} <= {text.get_text() for text in figure.axes[0].texts}
    assert png_bytes(figure)


def test_a_roofline_bends_at_the_ridge_and_says_how_near_a_net_comes():
    speed = MachineSpeed(copy_rate=10e9, mac_rate=40e9)
    figure = plot_roofline(speed, [RooflinePoint("net", 2.0, 5e9)])
    axes = figure.axes[0]
    x, y = axes.lines[0].get_data()
    assert x[1] == speed.ridge == 4
    assert y[1] == y[2] == 40
    assert y[0] == pytest.approx(10 * x[0])
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert "net: 25% of the roof" in {text.get_text() for text in axes.texts}
    assert png_bytes(figure)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="predicted must name at least one series, got none"):
        plot_saved_bytes({})
    with pytest.raises(ValueError, match="counted must have names of predicted, got 'b'"):
        plot_saved_bytes({"a": {1: 1}}, {"b": {1: 1}})

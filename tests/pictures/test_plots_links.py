"""Heatmaps and scatter plots of links: what is drawn are the numbers that were given."""

import numpy as np
import pytest

from densenet_lessons.pictures.palette import source_colour
from densenet_lessons.pictures.plots.links import (
    plot_link_maps,
    plot_similarities,
    plot_weight_against_cost,
)
from densenet_lessons.pictures.plots.maps import heat_over
from densenet_lessons.probes import LinkMap, Similarity

NAN = np.nan
LINKS = LinkMap(
    2, ("input", "layer 1"), ("layer 1", "transition"), np.array([[0.25, -0.5], [NAN, 1.0]])
)


def texts(axes):
    return {tuple(round(x) for x in text.get_position()): text.get_text() for text in axes.texts}


def test_each_link_has_its_number_and_what_is_no_link_has_none():
    figure = plot_link_maps({"block 2": LINKS, "again": LINKS}, digits=1, label="weights")
    assert len(figure.axes) == 2
    for axes in figure.axes:
        assert texts(axes) == {(0, 0): "0.2", (1, 0): "−0.5", (1, 1): "1.0"}
        assert [label.get_text() for label in axes.get_yticklabels()] == ["input", "layer 1"]
        assert [label.get_text() for label in axes.get_xticklabels()] == ["layer 1", "transition"]
        drawn = axes.images[0].get_array()
        assert drawn.mask.tolist() == [[False, False], [True, False]]
    assert figure.axes[0].get_yticklabels()[1].get_color() == source_colour(1)


def test_a_point_a_link_in_the_colour_of_its_source():
    figure = plot_weight_against_cost(
        {"plain": [1.0, 2.0, 3.0], "read": [3.0, 2.0, 1.0]}, [0.1, -0.2, 0.5], [0, 1, 1]
    )
    left, right = figure.axes
    assert left.collections[0].get_offsets().tolist() == [[1.0, 0.1]]
    assert left.collections[1].get_offsets().tolist() == [[2.0, 1e-3], [3.0, 0.5]]
    assert right.collections[1].get_offsets().tolist() == [[2.0, 1e-3], [1.0, 0.5]]
    assert [t.get_text() for t in right.get_legend().get_texts()] == ["block's input", "layer 1"]


def test_similarities_share_one_scale():
    found = Similarity(("1 input", "1 layer 1", "2 input"), np.eye(3))
    figure = plot_similarities({"trained": found, "untrained": found})
    for axes in figure.axes[:2]:
        np.testing.assert_array_equal(axes.images[0].get_array(), np.eye(3))
        assert axes.images[0].get_clim() == (0, 1)
        assert len(axes.lines) == 2  # between block 1 and block 2, across and down


def test_heat_lies_over_the_image_in_squares():
    image = np.full((4, 6), 100, dtype=np.uint8)
    heat = heat_over(image, np.array([[1.0, 0.0], [-1.0, 0.0]]))
    assert heat.shape == (4, 6, 3)
    assert heat.dtype == np.uint8
    assert (heat[:, 3:] == 100).all()  # where nothing speaks, the image stays
    assert (heat[:2, :3] == heat[0, 0]).all()
    assert heat[0, 0, 2] > heat[0, 0, 0]  # blue speaks for
    assert heat[3, 0, 0] > heat[3, 0, 2]  # orange against
    fainter = heat_over(image, np.array([[1.0, 0.0], [-1.0, 0.0]]), most=2.0)
    assert abs(int(fainter[0, 0, 0]) - 100) < abs(int(heat[0, 0, 0]) - 100)
    assert (heat_over(image, np.zeros((2, 2))) == 100).all()
    with pytest.raises(ValueError, match=r"values must have sides that divide \(4, 6\), got"):
        heat_over(image, np.zeros((3, 4)))

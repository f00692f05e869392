"""Every panel's picture under the mouse, the keyboard and a screen reader, in both themes.

One notebook holds them all, a cell each; it is opened and run once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlparse

import nbformat
import pytest
from browser.hot_page import HotPage
from lessons import ROOT
from panels.every import EVERY
from regenerate import KERNEL

pytestmark = pytest.mark.browser

NAMES = [make.__name__ for make in EVERY]
JAVASCRIPT = ROOT / "densenet_lessons" / "panels" / "hot_picture.js"
MIN_CONTRAST = 4.5
FILM = ".densenet-film button"
COVERED = "all => all.filter(e => e.classList.contains('densenet-covered')).length"


@pytest.fixture(scope="module")
def touched(lab):
    """The notebook with every panel, run; and the addresses that the page has asked for."""
    cells = [
        nbformat.v4.new_code_cell(f"from densenet_lessons import panels\npanels.{name}()", id=name)
        for name in NAMES
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, lab.server.root / "notebooks" / "touch.ipynb")
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    lab.open("touch.ipynb")
    lab.run_all()
    return asked


@pytest.fixture(params=NAMES)
def hot(request, lab, touched) -> HotPage:
    return HotPage(lab, request.param)


def some(indices: list[int], count: int = 6) -> list[int]:
    """A few of many, the first and the last among them."""
    return sorted({indices[i * (len(indices) - 1) // (count - 1)] for i in range(count)})


def test_hovering_tells_each_region_and_asks_nothing_of_python(hot):
    labels, place, before = hot.labels(), hot.place(), hot.panel.look()
    assert labels
    for index in some([*range(len(labels))]):
        x, y = hot.middle(index)
        hot.page.mouse.move(x, y)
        on_top = hot.options.evaluate_all(
            "all => all.find(e => e.matches(':hover')).getAttribute('aria-label')"
        )
        assert hot.told() == on_top  # of two regions that overlap the upper one answers
        assert on_top in labels
    hot.page.mouse.move(5, 5)
    assert hot.told() == ""
    assert hot.place() == place
    assert hot.panel.look() == before


def test_a_click_chooses(hot):
    others = [index for index in hot.acting() if index not in hot.chosen()]
    if not others:
        before = hot.panel.look()
        hot.page.mouse.click(*hot.middle(0))
        hot.page.wait_for_timeout(300)
        assert hot.panel.look() == before
        return
    place = hot.place()
    index = others[-1]
    after = hot.settled(lambda: hot.page.mouse.click(*hot.middle(index)))
    assert not after["failed"]
    assert hot.chosen() == [index]
    assert hot.cursor() == index
    assert hot.place() == place, "the page moved"


def test_the_keyboard_reaches_every_region_and_the_notebook_hears_nothing(hot):
    hot.list.focus()  # which may scroll to a picture that is half in view
    hot.page.wait_for_timeout(200)
    place, count = hot.place(), hot.options.count()
    hot.page.keyboard.press("Home")
    assert hot.cursor() == 0
    hot.page.wait_for_timeout(200)
    for _ in range(min(3, count - 1)):
        hot.page.keyboard.press("ArrowRight")
    hot.page.wait_for_timeout(300)
    assert hot.cursor() == min(3, count - 1), "lost by a redraw"
    assert hot.told() == hot.labels()[hot.cursor()]
    for key in ("ArrowDown", "ArrowUp", "d", "d", "x", "a"):
        hot.page.keyboard.press(key)
    hot.page.keyboard.press("End")
    hot.page.wait_for_timeout(300)
    assert hot.cursor() == hot.options.count() - 1
    if hot.cursor() in hot.acting():
        assert hot.chosen() == [hot.cursor()]
    assert hot.list.evaluate("e => e === document.activeElement")
    assert hot.place() == place, "the page moved, or a key went to the notebook"


def test_tab_goes_from_the_controls_to_the_picture_to_the_film(hot):
    controls = hot.root.locator("input:visible, select:visible, button:visible, .noUi-handle")
    before_list = controls.evaluate_all(
        """all => all.filter(e => !e.disabled && !e.closest('.densenet-hot')
             && e.tabIndex >= 0).length"""
    )
    assert before_list
    hot.list.focus()
    hot.page.keyboard.press("Shift+Tab")
    inside = "e => e.contains(document.activeElement) && document.activeElement !== e"
    assert hot.root.evaluate(inside)
    assert not hot.root.locator(".densenet-hot").evaluate(inside)
    hot.page.keyboard.press("Tab")
    assert hot.list.evaluate("e => e === document.activeElement")
    if hot.root.locator(FILM).first.is_visible():
        hot.page.keyboard.press("Tab")
        assert hot.page.evaluate("document.activeElement.textContent") in ("Play", "Pause")


def test_a_screen_reader_finds_every_region_by_its_name(hot):
    tree = hot.root.locator(".densenet-hot").aria_snapshot()
    assert len(re.findall(r"^- '?img ", tree, re.MULTILINE)) == 1
    assert "listbox" in tree
    found = re.findall(r"^\s+- '?option \"(.*)\"( \[selected\])?'?$", tree, re.MULTILINE)
    labels = [" ".join(label.split()) for label in hot.labels()]
    assert [name.replace("''", "'").replace('\\"', '"') for name, _ in found] == labels
    assert sum(bool(selected) for _, selected in found) == len(hot.chosen()) <= 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_show_the_cursor_and_its_label(lab, touched, artefacts, theme):
    lab.theme(theme)
    try:
        for name in NAMES:
            hot = HotPage(lab, name)
            hot.list.focus()
            hot.page.keyboard.press("Home")
            hot.page.keyboard.press("ArrowRight")
            hot.page.wait_for_timeout(300)
            assert hot.told()
            assert hot.contrast() >= MIN_CONTRAST
            lab.page.screenshot(path=artefacts / f"touch-{name}-{theme}.png")
    finally:
        lab.theme("light")


def test_enter_zooms_in_escape_zooms_out_and_the_cursor_follows(lab, touched):
    hot = HotPage(lab, "architecture_explorer")
    hot.list.focus()
    hot.settled(lambda: hot.page.keyboard.press("End"))
    hot.settled(lambda: hot.page.keyboard.press("ArrowLeft"))  # the last block
    for shown in ("block", "layer"):
        look = hot.settled(lambda: hot.page.keyboard.press("Enter"))
        assert look["sentence"].endswith(f"The picture shows the {shown}.")
        assert [hot.cursor()] == (hot.chosen() or [-1]), "the cursor is the chosen region's"
    for shown in ("block", "net"):
        look = hot.settled(lambda: hot.page.keyboard.press("Escape"))
        assert look["sentence"].endswith(f"The picture shows the {shown}.")
        assert [hot.cursor()] == hot.chosen()
    parts = hot.options.count()
    look = hot.settled(lambda: hot.page.mouse.dblclick(*hot.middle(parts - 2)))
    hot.page.wait_for_timeout(300)
    assert hot.panel.look()["sentence"].endswith("The picture shows the block.")
    assert [hot.cursor()] == hot.chosen()


def films(lab) -> Iterator[HotPage]:
    """The panels that have a film, each when it is on the page."""
    found = 0
    for name in NAMES:
        hot = HotPage(lab, name)
        if hot.root.locator(FILM).nth(1).is_visible():
            found += 1
            yield hot
    assert found >= 2


def test_a_film_plays_stops_and_steps(lab, touched):
    for hot in films(lab):
        plays_stops_and_steps(hot)


def plays_stops_and_steps(playing: HotPage) -> None:
    play, step, show_all = (playing.root.locator(FILM).nth(index) for index in range(3))
    place, before = playing.place(), playing.panel.look()
    play.focus()
    playing.page.keyboard.press("Enter")
    words = playing.root.locator(".densenet-film span")
    assert words.inner_text().startswith("1 of ")
    covered = playing.options.evaluate_all(COVERED)
    playing.page.wait_for_function(
        "e => e.textContent.startsWith('2 of ')", arg=words.element_handle()
    )
    assert playing.options.evaluate_all(COVERED) <= covered
    playing.page.keyboard.press("Space")
    assert play.inner_text() == "Play"
    playing.page.wait_for_timeout(2000)
    assert words.inner_text().startswith("2 of "), "it did not stop"
    step.click()
    assert words.inner_text().startswith("3 of ")
    playing.page.keyboard.press("Escape")
    assert words.inner_text() == ""
    assert show_all.is_disabled()
    assert playing.options.evaluate_all(COVERED) == 0
    assert playing.place() == place
    assert playing.panel.look() == before, "a film asks nothing of Python"


def test_where_less_motion_is_wanted_a_film_steps_on_a_key_alone(lab, touched):
    lab.page.emulate_media(reduced_motion="reduce")
    try:
        for hot in films(lab):
            steps_on_a_key_alone(hot)
    finally:
        lab.page.emulate_media(reduced_motion="no-preference")


def steps_on_a_key_alone(playing: HotPage) -> None:
    play, step, _ = (playing.root.locator(FILM).nth(index) for index in range(3))
    play.wait_for(state="hidden")
    words = playing.root.locator(".densenet-film span")
    step.focus()
    for number in (1, 2):
        playing.page.keyboard.press("Enter")
        assert words.inner_text().startswith(f"{number} of ")
    playing.page.wait_for_timeout(2000)
    assert words.inner_text().startswith("2 of ")
    playing.page.keyboard.press("Escape")


def test_the_javascript_is_one_readable_module_that_imports_nothing(lab, touched):
    source = JAVASCRIPT.read_text(encoding="utf8")
    assert not re.search(r"^\s*import\b", source, re.MULTILINE)
    for line in source.splitlines():
        assert re.fullmatch(r"[^\t]{0,100}(?<!\s)", line), line
    kind = lab.page.evaluate(
        """async source => typeof (await import(URL.createObjectURL(
          new Blob([source], { type: 'text/javascript' })))).default.render""",
        source,
    )
    assert kind == "function"


def test_no_request_leaves_the_machine(touched):
    hosts = {urlparse(url).hostname for url in touched if urlparse(url).scheme.startswith("http")}
    assert hosts == {"127.0.0.1"}


def test_without_the_loader_the_sliders_move_the_picture_and_one_sentence_says_why(lab, touched):
    """Last, since it loads the page anew."""
    lab.page.route(re.compile("anywidget"), lambda route: route.abort())
    try:
        lab.open("touch.ipynb")
        lab.run(NAMES[0])
        panel = lab.page.locator(".densenet-panel").first
        still = panel.locator(".densenet-still")
        still.locator("img").wait_for()
        assert panel.locator(".densenet-hot").count() == 0
        before = still.locator("img").get_attribute("src")
        slider = panel.locator(".noUi-handle:visible").first
        slider.focus()
        lab.page.keyboard.press("ArrowRight")
        lab.page.wait_for_function(
            "([panel, before]) => panel.querySelector('.densenet-still img').src !== before",
            arg=[panel.element_handle(), before],
        )
        missing = still.locator(".densenet-missing")
        assert "no loader for anywidget" in missing.inner_text() or missing.evaluate(
            "e => e.textContent.includes('no loader for anywidget')"
        )
    finally:
        lab.page.unroute(re.compile("anywidget"))

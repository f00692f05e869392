"""The glossary of the last lesson: every term that the lessons introduce, linked to its place."""

import re
from urllib.parse import unquote

from lessons import LESSONS

#: Bold, and not terms of the field.
NOT_TERMS = {
    "add", "an equal step", "budget", "clear", "core path", "data", "deeper path", "dense",
    "dimension 1", "equal counts", "equal logits", "features", "for each pixel",
    "its cell is folded", "layer 1 makes", "once", "one layer", "panels", "parameters", "path",
    "plain", "predict", "residual", "six", "slope", "thirty residual", "tuning", "wide and shallow",
}  # fmt: skip
#: The same thing in longer words.
SAME = {"bottleneck layer": "bottleneck", "transition layer": "transition", "dense net": "block"}


def rows() -> list[tuple[str, str, str]]:
    """Term, notebook and anchor of each line of the glossary."""
    (cell,) = [cell for cell in LESSONS[-1].prose if cell.id == "glossary"]
    line = re.compile(r"^\| ([^|]+) \| [^|]+ \| \[[^|]+\]\(([^)#|]+)#([^|]+)\) \|$", re.M)
    return line.findall(cell.source)


def sections(lesson) -> list[tuple[str, str]]:
    """Anchor and text of each part of a lesson, exercises counted to the part before them."""
    anchor, parts = "", []
    for cell in lesson.prose:
        for part in re.split(r"(?m)^(?=#{1,6} )", cell.source):
            heading = re.match(r"#{1,6} (.*)", part)
            if heading and not heading[1].startswith("Exercise "):
                anchor = re.sub(r"[*`$]", "", heading[1].strip().replace(" ", "-"))
            parts.append((anchor, part))
    return parts


def said(term: str) -> re.Pattern:
    return re.compile(rf"(?<![\w-]){re.escape(term)}".replace(r"\ ", "[ -]"), re.I)


def test_it_is_in_order_and_names_each_term_once():
    terms = [term for term, _, _ in rows()]
    assert len(terms) > 30
    assert terms == sorted(set(terms), key=str.lower)


def test_each_link_leads_to_a_part_in_which_the_term_is_used():
    by_name = {lesson.name: sections(lesson) for lesson in LESSONS}
    wrong = [
        term
        for term, notebook, anchor in rows()
        if not any(
            here == unquote(anchor) and said(term).search(text) for here, text in by_name[notebook]
        )
    ]
    assert wrong == []


def test_no_lesson_introduces_the_term_before():
    """The first place where it is printed bold, or the first where it is used at all."""
    late = []
    for term, notebook, anchor in rows():
        bold = re.compile(rf"\*\*{re.escape(term)}(?:s|es)?\*\*", re.I)
        places = [
            (lesson.name, here, bool(bold.search(text)))
            for lesson in LESSONS
            for here, text in sections(lesson)
            if bold.search(text) or said(term).search(without_code(text))
        ]
        first = next((p for p in places if p[2] and p[1] != "Recap"), places[0])
        if first[:2] != (notebook, unquote(anchor)):
            late.append((term, first))
    assert late == []


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)", " ", text, flags=re.DOTALL)


def test_each_term_that_a_lesson_prints_bold_is_there():
    terms = {term.lower() for term, _, _ in rows()}
    missing = []
    for lesson in LESSONS:
        for cell in lesson.prose:
            for bold in re.findall(r"\*\*([^*\n]+)\*\*", re.sub(r"(?s)```.*?```", "", cell.source)):
                word = SAME.get(bold.lower(), bold.lower())
                if word.endswith((".", ":", "?")) or word in NOT_TERMS or re.search(r"[\d$]", word):
                    continue
                if not {word, word.removesuffix("s"), word.removesuffix("es")} & terms:
                    missing.append((lesson.name, cell.id, bold))
    assert missing == []

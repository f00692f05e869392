"""What of a panel is plain HTML: the sentence, and the picture for pages without a loader."""

import html

from densenet_lessons.pictures import ACCENT, img_tag

#: Told late, so that it never flashes where the picture that can be touched is on its way.
_NO_LOADER = """<style>@keyframes densenet-late { from { visibility: hidden; } }</style>
<p class="densenet-missing" style="margin:0;animation:densenet-late 5s step-end">
This page has no loader for anywidget, so the picture can be seen but not touched: install the
package anywidget beside JupyterLab and load the page again.</p>"""


def still_html(png: bytes, alt: str, width: int, kept: int) -> str:
    """The picture, not to be touched, and why; ``width`` and ``kept`` height in CSS pixels."""
    tag = img_tag(png, alt=alt, width=width, style="display:block")
    return f'<div style="min-height:{kept}px">{tag}</div>{_NO_LOADER}'


def status_html(sentence: str, lines: int, *, failed: bool = False) -> str:
    """A panel's sentence, in a place of ``lines`` lines; an error has a mark at its side."""
    look = f"border-left:4px solid {ACCENT};padding-left:8px" if failed else ""
    return (
        f'<p role="status" class="{"densenet-error" if failed else ""}" '
        f'style="margin:0;min-height:{1.5 * lines}em;line-height:1.5;max-width:70em;{look}">'
        f"{html.escape(sentence)}</p>"
    )

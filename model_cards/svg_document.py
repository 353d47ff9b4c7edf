"""Figures that stand alone: whole SVG documents, which cards show as images and others put where they like.

No style sheet of the page reaches them, and the page may be light or dark. So they have their own background and
colours, which read alike on both.
"""

from collections.abc import Sequence

from markupsafe import Markup

from model_cards.plane import HEIGHT, WIDTH, text

MARGIN = 16
TITLE = 24  # the room of a panel's title
_STYLE = """
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
.page { fill: #ffffff; stroke: #d5dade; }
text { fill: #5b6670; font-size: 10.5px; }
.head { fill: #1d2327; font-size: 15px; font-weight: 600; }
.title { fill: #1d2327; font-size: 13px; font-weight: 600; }
.grid { stroke: #e3e7ea; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
"""


def document(size: tuple[float, float], title: str, style: str, parts: Sequence[Markup]) -> str:
    """A whole SVG document.

    Args:
        size: Width and height in pixels.
        title: The figure in words.
        style: Rules beyond those that all figures have in common.
        parts: What is drawn on it.
    """
    width, height = size
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}" height="{h:g}" viewBox="0 0 {w:g} {h:g}">\n'
            "<title>{title}</title>\n<style>{style}</style>\n"
            '<rect class="page" x="0.5" y="0.5" width="{inner_w:g}" height="{inner_h:g}" rx="6"/>\n{parts}\n</svg>\n'
        ).format(
            w=width,
            h=height,
            title=title,
            style=Markup(_STYLE + style),
            inner_w=width - 1,
            inner_h=height - 1,
            parts=Markup("\n").join(parts),
        )
    )


def panel(title: str, drawn: Markup, left: float, top: float, height: float = HEIGHT) -> Markup:
    """A chart with its title above it, which begins at `top`."""
    return text(left + 6, top + TITLE - 8, title, kind="title") + placed(drawn, left, top + TITLE, WIDTH, height)


def placed(drawn: Markup, left: float, top: float, width: float, height: float) -> Markup:
    """What fills a place of its own."""
    return Markup('\n<svg x="{:g}" y="{:g}" width="{:g}" height="{:g}">{}</svg>').format(
        left, top, width, height, drawn
    )

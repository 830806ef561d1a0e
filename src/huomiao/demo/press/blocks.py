"""A block of a story as HTML, in the plain way and in the way of an old layout."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from huomiao.demo.press.stories import Picture

Figure = Callable[[Picture], str]


def html(block: str, pictures: tuple[Picture, ...], figure: Figure, *, indent: str = "") -> str:
    """``block`` as markup; ``figure`` draws a picture in the manner of the site."""
    if block.startswith("!["):
        return figure(pictures[int(block[2:-1]) - 1])
    if block.startswith("## "):
        return f"<h2>{escape(block[3:])}</h2>"
    lines = block.splitlines()
    if block.startswith("- "):
        return f"<ul>{''.join(f'<li>{escape(line[2:])}</li>' for line in lines)}</ul>"
    if block.startswith("> "):
        return f"<blockquote><p>{escape(block[2:])}</p></blockquote>"
    if block.startswith("| "):
        head, *rows = ([cell.strip() for cell in line.strip("| ").split("|")] for line in lines)
        top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        rest = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<table><tr>{top}</tr>{rest}</table>"
    return f"<p>{indent}{escape(block)}</p>"

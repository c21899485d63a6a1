"""How the book is printed: the Sphinx extension `press`, and the commands of the Makefile."""


def setup(app):
    """Makes builds strict and their cache honest, formulas MathML, and adds our directives."""
    from press import (
        breaks,
        building,
        colophon,
        editions,
        folder,
        glossary,
        mathml,
        numbers,
        numref,
        paper,
        quiz,
        searching,
        spacing,
        tables,
        widget,
    )

    ours = (mathml, quiz, widget, numbers, glossary, colophon, numref, spacing, tables)
    for part in (*ours, searching, paper, breaks, editions, folder, building):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""How the book is printed: the Sphinx extension `press`, and the commands of the Makefile."""


def setup(app):
    """Makes builds strict and their cache honest, formulas MathML, and adds our directives."""
    from press import (
        breaks,
        building,
        colophon,
        editions,
        epub,
        folder,
        glossary,
        mathml,
        notebooks,
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
    others = (searching, paper, breaks, editions, epub, notebooks, folder, building)
    for part in (*ours, *others):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

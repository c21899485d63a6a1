"""How the book is printed: the Sphinx extension `press`, and the commands of the Makefile."""


def setup(app):
    """Makes builds strict and their cache honest, formulas MathML, and adds our directives."""
    from press import (
        building,
        colophon,
        editions,
        epub,
        folder,
        glossary,
        mathml,
        notebooks,
        numref,
        quiz,
        searching,
        spacing,
        tables,
        widget,
    )

    ours = (mathml, quiz, widget, glossary, colophon, numref, spacing, tables, searching)
    for part in (*ours, editions, epub, notebooks, folder, building):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

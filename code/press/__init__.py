"""How the book is printed: the Sphinx extension `press`, and the commands of the Makefile."""


def setup(app):
    """Makes builds strict and their cache honest, formulas MathML, and adds our directives."""
    from press import building, colophon, folder, glossary, mathml, numref, quiz, widget

    mathml.setup(app)
    quiz.setup(app)
    widget.setup(app)
    glossary.setup(app)
    colophon.setup(app)
    numref.setup(app)
    folder.setup(app)
    building.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

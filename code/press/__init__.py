"""How the book is printed: the Sphinx extension `press`, and the commands of the Makefile."""


def setup(app):
    """Makes `jupyter-book build` strict, its cache honest, and its formulas MathML."""
    from press import building, mathml

    mathml.setup(app)
    building.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

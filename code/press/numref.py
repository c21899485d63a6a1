"""References to figures by number, without unpickling the whole target page for each of them.

Sphinx loads a page's tree anew for every `numref` that points into it: with figures on the
pages, and the API pointing at all of them, that was a fifth of Sphinx's work.
"""

from sphinx.domains.std import StandardDomain


class Remembering:
    """An environment as `numref` sees it: it keeps the trees of the pages that it has read."""

    def __init__(self, env):
        self.env, self.trees = env, {}

    def __getattr__(self, name: str):
        return getattr(self.env, name)

    def get_doctree(self, page: str):
        if page not in self.trees:
            self.trees[page] = self.env.get_doctree(page)
        return self.trees[page]


class Domain(StandardDomain):
    """Sphinx's own domain; its references by number look targets up in remembered trees."""

    remembering = None

    def resolve_xref(self, env, page, builder, kind, target, node, contents):
        if kind == "numref":
            self.remembering = self.remembering or Remembering(env)
            env = self.remembering
        return super().resolve_xref(env, page, builder, kind, target, node, contents)


def setup(app) -> None:
    app.add_domain(Domain, override=True)

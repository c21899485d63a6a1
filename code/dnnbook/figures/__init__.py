"""The book's figures, one module a chapter: ink only, no experiment runs here."""

"""The words in the figures, in each language. English is the key.

A test holds this catalogue to the figures: no entry missing, none left over.
"""

CHINESE: dict[str, str] = {}

CATALOGUES = {"zh": CHINESE}


def translate(english: str, language: str) -> str:
    """The words in a language; English stays as it is.

    Raises:
        KeyError: the language, or the words in it, are not in the catalogue.
    """
    if language == "en":
        return english
    if language not in CATALOGUES:
        raise KeyError(f"language: expected en or one of {sorted(CATALOGUES)}, got {language!r}")
    if english not in CATALOGUES[language]:
        raise KeyError(f"english: no entry in the {language} catalogue for {english!r}")
    return CATALOGUES[language][english]

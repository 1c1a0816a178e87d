"""Look up what the people of a country are called in English. The one home of countryinfo."""

from collections.abc import Mapping
from functools import lru_cache

from countryinfo import all_countries

_UNLISTED = {"britain": ("British", "Briton"), "america": ("American",), "czechia": ("Czech",), "europe": ("European",)}
"""Names that headlines use and the library does not list."""


@lru_cache(maxsize=1)
def demonyms() -> Mapping[str, tuple[str, ...]]:
    """Return the adjectives and people of each country, by its English name in small letters."""
    found = dict(_UNLISTED)
    for country in all_countries():
        told = country.demonym()
        if told:
            found[country.name().casefold()] = tuple(name.strip() for name in told.split(",") if name.strip())
    return found

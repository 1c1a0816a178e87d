"""Advise on topics by what the program knows of words, countries and the languages of the feeds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from monitor.adapters.text.demonyms import demonyms
from monitor.adapters.text.word_frequencies import word_frequencies
from monitor.domain.catalog import Feed, Problem
from monitor.domain.topics.authoring.advice import WordKnowledge, advise
from monitor.domain.topics.matcher import CompiledCatalog

_OF_COUNTRY = dict(
    pair.split(":")
    for pair in [
        "at:de",
        "br:pt",
        "by:ru",
        "ch:de",
        "cl:es",
        "cn:zh",
        "cz:cs",
        "de:de",
        "dk:da",
        "es:es",
        "fi:fi",
        "fr:fr",
        "gr:el",
        "hk:zh",
        "hu:hu",
        "il:he",
        "ir:fa",
        "it:it",
        "jp:ja",
        "kr:ko",
        "mx:es",
        "nl:nl",
        "no:no",
        "pl:pl",
        "pt:pt",
        "ro:ro",
        "rs:sr",
        "ru:ru",
        "se:sv",
        "tr:tr",
        "tw:zh",
        "ua:uk",
        "vn:vi",
    ]
)
"""The language of a feed that does not say, by the domain of its country."""


def advice(compiled: CompiledCatalog, feeds: Sequence[Feed]) -> list[Problem]:
    """Return a warning, with a way to write it better, for each doubtful term of the topics."""
    knowledge = WordKnowledge(usual=word_frequencies, demonyms=demonyms(), sources=languages_of(feeds))
    return [
        Problem(place=found.topic.place, message=str(found), warning=True)
        for found in advise(compiled, knowledge)
        if found.topic.place is not None
    ]


def languages_of(feeds: Sequence[Feed]) -> Mapping[str, int]:
    """Count the feeds of each language: the configured one, else that of the domain's country."""
    domains = ((feed.language, (urlsplit(feed.url).hostname or "").rpartition(".")[2]) for feed in feeds)
    return Counter(filter(None, (language or _OF_COUNTRY.get(domain) for language, domain in domains)))

"""Proposals come from the contrast of verdicts and carry the figures of the changed topic."""

from monitor.domain.catalog import Catalog, Severity, Topic, Watchlist
from monitor.domain.topics.learning.improve import JudgedDocument, improvements
from monitor.domain.topics.values import Document

TOPIC = Topic(key="tariffs", watchlist="trade", title="Tariffs", query="tariff", severity=Severity.MEDIUM)
CATALOG = Catalog(revision="1", watchlists=(Watchlist(name="trade", file="trade.yml", topics=(TOPIC,)),))
PLACES = ("Ostwick", "Hollin", "Marsk", "Valmere", "Brandhaven", "Northport", "Kestrel", "Harbour", "Linden", "Tarn")


def judged(text: str, *, relevant: bool) -> JudgedDocument:
    return JudgedDocument(document=Document(title="News", text=text, language="en"), relevant=relevant)


def verdicts(count: int) -> list[JudgedDocument]:
    """Half on import tariffs, half on what dentists may charge."""
    return [
        judged(f"{place} raises the tariff on imported lathes.", relevant=True)
        if number % 2
        else judged(f"Dentists of {place} publish a tariff for fillings.", relevant=False)
        for number, place in enumerate((PLACES * 3)[:count])
    ]


def test_words_of_the_false_alerts_are_proposed_and_scored():
    proposals = improvements(CATALOG, "tariffs", verdicts(30))
    best = proposals[0]
    assert (best.before.precision, best.after.precision) == (0.5, 1.0)
    assert best.after.recall == 1.0
    assert any("dentist" in proposal.what or "filling" in proposal.what for proposal in proposals)


def test_a_change_that_costs_recall_is_not_proposed():
    mixed = [
        *verdicts(20),
        *(judged(f"{place} puts a tariff on drills for dentists.", relevant=True) for place in PLACES[:5]),
    ]
    assert all(proposal.what != "NOT dentists" for proposal in improvements(CATALOG, "tariffs", mixed))


def test_nothing_is_proposed_where_nothing_helps():
    assert improvements(CATALOG, "tariffs", [judged("A tariff on lathes.", relevant=True)]) == []


def test_a_missed_article_leads_to_a_wider_query():
    missed = [judged(f"{place} imposes levies on glass.", relevant=True) for place in PLACES]
    proposals = improvements(CATALOG, "tariffs", [*verdicts(20), *missed])
    assert any(proposal.what in ("OR levies", "OR glass", "OR imposes") for proposal in proposals)

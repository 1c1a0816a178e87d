"""Measure pages read again on 40 harmless and 40 real edits: at most 2 % of what is reported may be false."""

from monitor.domain.articles.article import Method, Text
from monitor.domain.articles.edits import revised

BODY = """\
HALVERN, 3 March (Coast Agency) - The ferry Marigold ran into a barge off Gull Island on Monday night.
The harbour office said that 12 passengers were hurt and taken to the hospital in Port Aster.
Captain Ilse Brandt told the coast guard that the steering had failed in heavy rain.
"We did not see the barge until it was too late," she said on Tuesday.
The barge was carrying 400 tonnes of gravel to the new breakwater and stayed afloat.
The line cancelled all crossings until Wednesday and will pay for hotel rooms.
Repairs will cost about 2.5 million crowns, the shipyard in Halvern estimates.
Minister Jonas Reff has ordered an inquiry, which is due to report in May."""
PAGE = Text(title="Ferry hits barge", body=BODY, method=Method.PAGE, page_title="Ferry hits barge")

ADDED_HARMLESS = (
    "Updated at 14:35 GMT.",
    "Last updated: 4 March 2026, 09:12",
    "Published 3 March 2026, modified 4 March 2026.",
    "Stand: 4. März 2026, 10:15 Uhr",
    "Mis à jour le 4 mars 2026 à 10 h 15.",
    "Обновлено: 4 марта 2026, 10:15.",
    "1,204 views",
    "1.2k shares and 48 comments.",
    "61 comments",
    "312 Kommentare",
    "2 480 просмотров",
    "浏览 3021",
    "18 reactions",
    "Related: The breakwater that divides an island",
    "Read more: Five storms that changed the coast",
    "Most read",
    "Recommended for you",
    "More from the harbour",
    "The island that lost its bridge",
    "ACME 12.30 +0.4%",
    "Brent $81.20 -1.3%",
    "HALV 40 4,310.55 ▲ 0.8%",
    "Halvern 3 - 1 Port Aster",
    "14:35 The barge has been towed to the quay.",
    "09:12 Uhr Crossings are to begin again.",
    "Advertisement",
    "Subscribe to our newsletter",
    "Follow us on Facebook",
    "Share this article",
    "4 min read",
    "3 hours ago",
)
CHANGED_HARMLESS = (
    (BODY, "\n".join((*BODY.splitlines()[:4], *BODY.splitlines()[5:], BODY.splitlines()[4]))),
    ('"We did not see the barge until it was too late,"', "“We did not see the barge until it was too late,”"),
    ("Coast Agency) - The", "Coast Agency) — The"),
    ("on Monday night.", "on Monday  night."),
    ("said on Tuesday.", "said on Wednesday."),
    ("HALVERN, 3 March", "HALVERN, 4 March"),
    ("off Gull Island on Monday night.", "off Gull Island on Monday night.\n"),
    ("told the coast guard that", "told the coast guard, that"),
    ("and stayed afloat.", "and stayed afloat.\n\n"),
)
REAL = (
    ("12 passengers", "14 passengers"),
    ("12 passengers", "two passengers"),
    ("400 tonnes", "40 tonnes"),
    ("2.5 million", "25 million"),
    ("2.5 million crowns", "2.5 billion crowns"),
    ("Ilse Brandt", "Ilsa Brand"),
    ("Jonas Reff", "Peter Lund"),
    ("Port Aster", "Halvern"),
    ("Gull Island", "Tern Island"),
    ("had failed", "had not failed"),
    ("did not see", "did see"),
    ("Marigold", "Primrose"),
    ("were hurt", "were killed"),
    ("stayed afloat", "sank"),
    ("ordered an inquiry", "refused an inquiry"),
    ("heavy rain", "clear weather"),
    ("gravel", "fuel"),
    ("Minister Jonas Reff", "Deputy minister Jonas Reff"),
    ("cancelled all crossings", "cancelled some crossings"),
    ("and will pay for hotel rooms", "and will not pay for hotel rooms"),
    ("the shipyard in Halvern estimates", "the insurer in Halvern estimates"),
    ("hospital in Port Aster", "clinic in Port Aster"),
    ("told the coast guard", "told the police"),
    ("a barge", "a tanker"),
    ("The harbour office said", "Police said"),
    ("passengers were hurt", "passengers and three sailors were hurt"),
    ("new breakwater", "old breakwater"),
    ("crowns", "dollars"),
    ("Captain Ilse Brandt", "First officer Ilse Brandt"),
    ("until it was too late", "although it was lit"),
    ("The steering", "The engine"),
    ("the steering had failed", "the radar had failed"),
    ("has ordered", "has denied that he ordered"),
    (BODY.splitlines()[6] + "\n", ""),
    (BODY.splitlines()[2] + "\n", ""),
    ("due to report in May.", "due to report in May.\nOne of the passengers died in hospital during the night."),
    ("due to report in May.", "due to report in May.\nThe owner of the barge denies that its lights were off."),
    ("due to report in May.", "due to report in May.\nCorrection: an earlier version misnamed the captain."),
    ("due to report in May.", "due to report in May.\nKorrektur: In einer früheren Fassung war die Zahl falsch."),
    ("due to report in May.", "due to report in May.\nИсправление: в первой версии число было неверным."),
    ("has ordered an inquiry, which is due to report in May", "said that there would be no inquiry into the matter"),
)


def reported(body: str) -> bool:
    return revised(PAGE, Text(title="", body=body, method=Method.PAGE, page_title=PAGE.page_title), ()) is not None


def test_false_corrections_are_at_most_two_in_a_hundred() -> None:
    harmless = [f"{BODY}\n{line}" for line in ADDED_HARMLESS]
    harmless += [BODY.replace(old, new) for old, new in CHANGED_HARMLESS]
    real = [BODY.replace(old, new) for old, new in REAL if old in BODY]
    assert len(harmless) >= 40
    assert len(real) >= 40
    assert [body for body in real if not reported(body)] == []
    false = [body for body in harmless if reported(body)]
    assert len(false) <= 0.02 * (len(false) + len(real)), false

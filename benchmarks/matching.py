"""Matching speed and memory, side by side with other ways to ask one article many questions.

    python benchmarks/matching.py [--articles FILE.jsonl] [--topics 1000 10000] [--rounds 3]

Articles come from FILE (objects with `title`, `text`, `lang`), else from $WIREWATCH_CORPUS, else they are generated.
Topics are made of words and phrases of *other* articles:
(5 rare words, phrases or prefixes) AND (4 usual words) NOT (1 rare word).
All figures are CPU time of one core, the contestants taking turns; of each article the best round counts, so that other
work on the machine does not. With `ahocorasick-rs` installed, a bare automaton takes part.
"""

import argparse
import json
import os
import random
import re
import resource
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import Stemmer

from monitor.domain.catalog import Catalog, Severity, Topic, Watchlist
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.domain.topics.values import Document

LENGTH = (3500, 6500)
"""Characters of an article that counts as one of about 5 KB."""


@dataclass(frozen=True, slots=True)
class Question:
    """A topic of the common subset: any of the first, any of the second, none of the third; `*` ends a prefix."""

    key: str
    wanted: tuple[str, ...]
    context: tuple[str, ...]
    unwanted: tuple[str, ...]

    def query(self, *, inflected: bool) -> str:
        """In our language: with bare words, or with exact ones as the other contestants understand them."""

        def term(text: str) -> str:
            return text if text.endswith("*") or (inflected and " " not in text) else f'"{text}"'

        groups = [" OR ".join(map(term, group)) for group in (self.wanted, self.context, self.unwanted)]
        return "({}) AND ({}) NOT ({})".format(*groups)

    def fts(self) -> str:
        """In FTS5's."""

        def term(text: str) -> str:
            return f'"{text[:-1]}" *' if text.endswith("*") else f'"{text}"'

        groups = [" OR ".join(map(term, group)) for group in (self.wanted, self.context, self.unwanted)]
        return "(({}) AND ({})) NOT ({})".format(*groups)

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """As one regular expression a group."""
        return tuple(_alternation(group) for group in (self.wanted, self.context, self.unwanted))


def _alternation(group: tuple[str, ...]) -> re.Pattern[str]:
    terms = (rf"\b{re.escape(t[:-1])}\w*" if t.endswith("*") else rf"\b{re.escape(t)}\b" for t in group)
    return re.compile("|".join(terms), re.IGNORECASE)


def articles(path: Path | None) -> list[Document]:
    """Articles of about 5 KB, English ones when a corpus is read."""
    if path is None:
        return list(_generated(random.Random(7)))
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Document(title=row["title"], text=row["text"][: LENGTH[1]], language=row["lang"])
        for row in rows
        if len(row["text"]) >= LENGTH[0] and row["lang"] == "en"
    ]


def _generated(choose: random.Random) -> Iterator[Document]:
    """Made-up prose with word frequencies like those of a language (Zipf)."""
    syllables = [c + v for c in "bcdfglmnprst" for v in "aeiou"]
    words = ["".join(choose.choices(syllables, k=choose.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for _ in range(600):
        prose = choose.choices(words, weights, k=850)
        sentences = [" ".join(prose[i : i + 17]).capitalize() + "." for i in range(0, len(prose), 17)]
        yield Document(title=sentences[0], text=" ".join(sentences[1:]), language="en")


def questions(sources: list[Document], count: int) -> list[Question]:
    """Topics whose terms occur in the sources, the most frequent words left out."""
    choose = random.Random(count)
    texts = [re.findall(r"[a-z]+", source.text.lower()) for source in sources]
    stemmer = Stemmer.Stemmer("english")
    stem = dict(zip(words := sorted({word for text in texts for word in text}), stemmer.stemWords(words), strict=True))
    times = Counter(form for text in texts for form in {stem[word] for word in text})
    seen = {word: times[stem[word]] for word in words}
    known = sorted(word for word in seen if len(word) > 3)
    rare = [word for word in known if seen[word] <= len(texts) * 0.01]
    usual = [word for word in known if len(texts) * 0.05 <= seen[word] <= len(texts) * 0.15]

    def prefix() -> str:
        while True:
            start = choose.choice(rare)[:7]
            if sum(seen[word] for word in words if word.startswith(start)) <= len(texts) * 0.02:
                return f"{start}*"

    def phrase() -> str:
        while True:
            text = choose.choice(texts)
            at = choose.randrange(len(text) - 2)
            if all(seen[word] <= len(texts) * 0.15 and len(word) > 3 for word in text[at : at + 2]):
                return " ".join(text[at : at + 2])

    return [
        Question(
            f"topic-{number}",
            (*choose.sample(rare, 2), phrase(), phrase(), prefix()),
            tuple(choose.sample(usual, 4)),
            (choose.choice(rare),),
        )
        for number in range(count)
    ]


def catalog(asked: list[Question], *, inflected: bool) -> Catalog:
    """Return the questions as a catalog."""
    topics = tuple(
        Topic(
            key=question.key,
            watchlist="benchmark",
            title=question.key,
            query=question.query(inflected=inflected),
            severity=Severity.LOW,
        )
        for question in asked
    )
    return Catalog(revision="benchmark", watchlists=(Watchlist(name="benchmark", file="-", topics=topics),))


Answer = Callable[[Document], set[str]]


def ours(engine: CatalogMatcher) -> Answer:
    return lambda document: {match.topic for match in engine.match(document).matches}


def regexes(asked: list[Question]) -> Answer:
    compiled = [(question.key, *question.patterns()) for question in asked]

    def answer(document: Document) -> set[str]:
        text = f"{document.title}\n{document.text}"
        return {
            key
            for key, wanted, context, unwanted in compiled
            if wanted.search(text) and context.search(text) and not unwanted.search(text)
        }

    return answer


def fts5(asked: list[Question]) -> Answer:
    queries = [(question.key, question.fts()) for question in asked]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE page USING fts5(text)")

    def answer(document: Document) -> set[str]:
        connection.execute("DELETE FROM page")
        connection.execute("INSERT INTO page VALUES (?)", (f"{document.title}\n{document.text}",))
        select = "SELECT 1 FROM page WHERE page MATCH ?"
        return {key for key, query in queries if connection.execute(select, (query,)).fetchone()}

    return answer


def automaton(asked: list[Question]) -> Answer | None:
    """All terms in one Aho-Corasick automaton (`pip install ahocorasick-rs`): no stems, offsets, scores or evidence."""
    try:
        import ahocorasick_rs
    except ImportError:
        return None
    numbers: dict[str, int] = {}

    def group(terms: tuple[str, ...]) -> frozenset[int]:
        return frozenset(numbers.setdefault(term, len(numbers)) for term in terms)

    topics = [(q.key, group(q.wanted), group(q.context), group(q.unwanted)) for q in asked]
    filed: dict[int, list[int]] = {}
    for topic, (_, wanted, _, _) in enumerate(topics):
        for term in wanted:
            filed.setdefault(term, []).append(topic)
    prefix = [term.endswith("*") for term in numbers]
    find = ahocorasick_rs.AhoCorasick([term.rstrip("*") for term in numbers], store_patterns=False)

    def answer(document: Document) -> set[str]:
        text = f"{document.title}\n{document.text}".casefold()
        found = {
            term
            for term, begin, end in find.find_matches_as_indexes(text, overlapping=True)
            if (begin == 0 or not text[begin - 1].isalnum())
            and (prefix[term] or end == len(text) or not text[end].isalnum())
        }
        candidates = {topic for term in found & filed.keys() for topic in filed[term]}
        asked_for = (topics[topic] for topic in candidates)
        return {
            key
            for key, _, context, unwanted in asked_for
            if not found.isdisjoint(context) and found.isdisjoint(unwanted)
        }

    return answer


def timed(answer: Answer, documents: list[Document]) -> list[float]:
    """CPU seconds of each article."""
    times = []
    for document in documents:
        start = time.thread_time_ns()
        answer(document)
        times.append((time.thread_time_ns() - start) / 1e9)
    return times


def resident() -> float:
    """Megabytes of memory in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def compiled(asked: list[Question], *, inflected: bool) -> tuple[CatalogMatcher, float, float]:
    """Return the matcher, and the CPU seconds and megabytes it took."""
    before, start = resident(), time.process_time()
    engine = compile_catalog(catalog(asked, inflected=inflected))
    return engine, time.process_time() - start, resident() - before


def agreement(one: Answer, other: Answer, documents: list[Document]) -> str:
    both = extra = lost = 0
    for document in documents:
        here, there = one(document), other(document)
        both += len(here & there)
        extra += len(here - there)
        lost += len(there - here)
    return f"{both} the same, {extra} only ours, {lost} only theirs"


def run(count: int, documents: list[Document], sources: list[Document], rounds: int) -> None:
    asked = questions(sources, count)
    stemming, seconds, megabytes = compiled(asked, inflected=True)
    exact, _, _ = compiled(asked, inflected=False)
    few = documents[: max(1, 4_000 // count)]
    contestants: list[tuple[str, Answer, list[Document]]] = [
        ("wirewatch, inflected words", ours(stemming), documents),
        ("wirewatch, exact words", ours(exact), documents),
        ("one regex a group and topic", regexes(asked), few[: max(1, 3_000 // count)]),
        ("SQLite FTS5, one document", fts5(asked), few),
    ]
    automatic = automaton(asked)
    if automatic is not None:
        contestants.insert(2, ("Aho-Corasick, nothing else", automatic, documents))
    first = statistics.mean(timed(contestants[0][1], documents))
    best = {name: timed(answer, share) for name, answer, share in contestants}
    for _ in range(rounds - 1):
        for name, answer, share in contestants:
            best[name] = list(map(min, best[name], timed(answer, share)))
    figures = {name: statistics.mean(times) for name, times in best.items()}
    print(f"\n{count:,} topics of 10 terms; compiled in {seconds:.2f} s, {megabytes:.0f} MB; {len(documents)} articles")
    print(f"  first pass, nothing known yet      {1 / first:>9,.0f} articles/s")
    slowest = figures["one regex a group and topic"]
    for name, seconds_each in figures.items():
        print(f"  {name:<34} {1 / seconds_each:>9,.0f} articles/s   {slowest / seconds_each:>8,.1f} x regex")
    matched = statistics.mean(len(ours(exact)(document)) for document in documents)
    print(f"  {matched:.1f} topics match an article; exact words against")
    print(f"  regex: {agreement(ours(exact), regexes(asked), few[:10])}")
    print(f"  FTS5:  {agreement(ours(exact), fts5(asked), few[:10])}")
    if automatic is not None:
        print(f"  Aho-Corasick: {agreement(ours(exact), automatic, documents)}")
    print(f"  memory with all that was learnt: {resident():.0f} MB in the whole process")


def corpus() -> Path | None:
    """Return the place of the labelled articles in $WIREWATCH_CORPUS; None when absent."""
    root = os.environ.get("WIREWATCH_CORPUS")
    path = Path(root) / "labelled" / "topics.dev.jsonl" if root else None
    return path if path and path.exists() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--topics", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    every = articles(options.articles or corpus())
    random.Random(1).shuffle(every)
    half = len(every) // 2
    size = statistics.mean(len(document.text) for document in every)
    print(f"{len(every)} articles, {size:,.0f} characters each on average; terms come from {len(every) - half} of them")
    for count in options.topics:
        run(count, every[:half], every[half:], options.rounds)


if __name__ == "__main__":
    main()

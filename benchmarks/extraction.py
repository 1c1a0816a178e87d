"""How good and how fast page extraction is, beside raw trafilatura and (if installed) newspaper4k, on labelled pages.

    python benchmarks/extraction.py CORPUS [--peers] [--limit N] [--verbose]

CORPUS is a folder with article-extraction-benchmark, fundus and trafilatura as their repositories have them; none of
their text is part of this project. Token F1 is the article-extraction benchmark's: shingles of four words, precision
and recall averaged over pages (zyte's evaluate.py). Time is the CPU time of one process, page after page.
"""

import argparse
import gzip
import importlib.util
import json
import logging
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

NOW = datetime(2027, 1, 1, tzinfo=UTC)
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
REFUSED = "\0"


@dataclass(frozen=True)
class Page:
    """A page and what is known of its article: the whole text, or phrases that must and must not be in it."""

    name: str
    body: bytes
    truth: str = ""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def benchmark_pages(root: Path) -> Iterator[Page]:
    for key, truth in json.loads((root / "ground-truth.dev.json").read_text()).items():
        path = root / "html" / f"{key}.html.gz"
        if path.exists():
            yield Page(key, read(path), truth=truth["articleBody"])


def fundus_pages(root: Path) -> Iterator[Page]:
    """Yield pages of publishers that have as many pages as expected versions."""
    paths = sorted(root.rglob("*.html.gz"))
    for (folder, publisher), group in groupby(paths, key=lambda path: (path.parent, path.name.split("_")[0])):
        pages = list(group)
        versions = json.loads((folder / f"{publisher}.json").read_text())
        if len(pages) == len(versions):
            for path, version in zip(pages, [versions[key] for key in sorted(versions)], strict=True):
                yield Page(path.name, read(path), truth=fundus_text(version["body"]))


def fundus_text(body: dict[str, Any]) -> str:
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*section.get("headline", []), *section.get("paragraphs", [])]
    return "\n".join(parts)


def phrase_pages(root: Path) -> Iterator[Page]:
    for truth in json.loads((root / "evaldata.dev.json").read_text()).values():
        found = next((path for folder in ("cache", "eval") for path in (root / folder).glob(truth["file"] + "*")), None)
        if found:
            wanted, unwanted = tuple(truth.get("with") or ()), tuple(truth.get("without") or ())
            yield Page(truth["file"], read(found), wanted=wanted, unwanted=unwanted)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = WORD.findall(text)
    size = min(4, len(words)) or 1
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def overlap(truth: str, found: str) -> tuple[float, float]:
    """Precision and recall of one page, as zyte's evaluate.py counts them."""
    wanted, got = shingles(truth), shingles(found)
    right = (wanted & got).total()
    return right / got.total() if got else 1.0, right / max(1, wanted.total())


def ours(body: bytes) -> str:
    from monitor.adapters.pages.read import read_page
    from monitor.domain.articles.article import Text

    result = read_page(body, "https://example.com/article", None, NOW)
    return result.body if isinstance(result, Text) else f"{REFUSED}{result}"


def raw_fast(body: bytes) -> str:
    import trafilatura

    return trafilatura.extract(body, fast=True, favor_recall=True, include_comments=False) or ""


def raw_default(body: bytes) -> str:
    import trafilatura

    return trafilatura.extract(body) or ""


def newspaper(body: bytes) -> str:
    from newspaper import Article

    article = Article("https://example.com/article", fetch_images=False)
    article.download(input_html=body.decode("utf-8", "replace"))
    try:
        article.parse()
    except LookupError:  # some languages need models that nltk would have to download
        return ""
    return str(article.text)


def full_text_figures(pages: list[Page], texts: list[str]) -> str:
    scores = [overlap(page.truth, text) for page, text in zip(pages, texts, strict=True)]
    precision, recall = (sum(score[side] for score in scores) / len(scores) for side in (0, 1))
    return f"F1 {2 * precision * recall / (precision + recall):.3f}  P {precision:.3f}  R {recall:.3f}"


def phrase_figures(pages: list[Page], texts: list[str]) -> str:
    both = list(zip(pages, texts, strict=True))
    kept = sum(phrase in text for page, text in both for phrase in page.wanted)
    leaked = sum(phrase in text for page, text in both for phrase in page.unwanted)
    wanted, unwanted = sum(len(page.wanted) for page in pages), sum(len(page.unwanted) for page in pages)
    return f"phrases kept {kept}/{wanted}, unwanted {leaked}/{unwanted}"


def timed(extractor: Callable[[bytes], str], bodies: list[bytes]) -> tuple[list[str], float]:
    """Return the texts and the CPU milliseconds a page; warm up on the first pages."""
    logging.disable(logging.WARNING)
    for body in bodies[:3]:
        extractor(body)
    started = time.process_time()
    found = [extractor(body) for body in bodies]
    return found, (time.process_time() - started) / max(1, len(bodies)) * 1000


def report(name: str, pages: list[Page], extractor: Callable[[bytes], str], *, verbose: bool) -> None:
    """One line: quality, pages without text, CPU time a page.

    In a process of its own, because ours changes settings of trafilatura's for the whole process.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        found, each = alone.submit(timed, extractor, [page.body for page in pages]).result()
    texts = ["" if text.startswith(REFUSED) else text for text in found]
    figures = (full_text_figures if pages[0].truth else phrase_figures)(pages, texts)
    print(f"  {name:24} {figures}  empty {sum(not text for text in texts)}  {each:.1f} ms/page")
    for page, text in zip(pages, found, strict=True):
        if verbose and text.startswith(REFUSED):
            print(f"      refused: {page.name[:60]}: {text[1:]}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Page extraction: quality and speed, side by side.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--peers", action="store_true", help="also measure newspaper4k, if it is installed")
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--verbose", action="store_true", help="name the pages that were refused")
    arguments = parser.parse_args()
    extractors = {"wirewatch": ours, "trafilatura fast+recall": raw_fast, "trafilatura default": raw_default}
    if arguments.peers and importlib.util.find_spec("newspaper"):
        extractors["newspaper4k"] = newspaper
    loaders = {"article-extraction-benchmark": benchmark_pages, "fundus": fundus_pages, "trafilatura": phrase_pages}
    for folder, loader in loaders.items():
        pages = list(loader(arguments.corpus / folder))[: arguments.limit]
        size = sum(len(page.body) for page in pages) / max(1, len(pages)) / 1000
        print(f"{folder}: {len(pages)} pages, {size:.0f} KB each")
        for name, extractor in extractors.items():
            report(name, pages, extractor, verbose=arguments.verbose)


if __name__ == "__main__":
    main()

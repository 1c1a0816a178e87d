"""The model of languages says what the library says of the same text, in a quarter of the memory."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from monitor.adapters.text.language_model import LanguageModel

LANGUAGES = frozenset(("de", "en", "pl", "ru", "sr", "uk", "uz", "vi", "zh"))
"""With "sr" and "uz", which the library's model has in two columns each."""
PIECES = [
    "the envoys met on Sunday ",
    "Die Gesandten trafen sich ",
    "THE MINISTER ",
    "w niedzielę ",
    "ziyorat qildi ",
    "Посланники встретились ",
    "Изасланици су се састали ",
    "các phái viên đã gặp nhau ",
    "cafe\u0301 ",
    "特使们星期日 ",
    "12:30 ",
    "\0\0\0\0\0\0",
    "\ud800",
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_categories=()), max_size=12)))


@pytest.fixture(scope="module")
def library() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel.load(LANGUAGES)


@settings(max_examples=300, deadline=None)
@given(pieces=TEXTS)
def test_the_probabilities_are_the_librarys(library, model, pieces):
    text = "".join(pieces)
    assert model.likelihoods(text) == pytest.approx(dict(library.rank(text)), rel=1e-6, abs=1e-30)


@pytest.mark.parametrize("text", ["", "\0", "a", "ß", "NO", "\ud800x", "th"])
def test_texts_with_fewer_bytes_than_a_sequence_may_have(library, model, text):
    assert model.likelihoods(text) == pytest.approx(dict(library.rank(text)), rel=1e-6)


def test_all_the_languages_asked_for_are_known(model):
    assert set(model.likelihoods("x")) == LANGUAGES


def test_a_language_that_the_model_has_not_is_refused():
    with pytest.raises(ValueError, match="tlh"):
        LanguageModel.load({"en", "tlh"})


def test_it_keeps_no_more_than_it_needs():
    program = (
        "import tracemalloc; from monitor.adapters.text.language import LangidDetector; detector = LangidDetector();"
        "tracemalloc.start(); assert detector.detect('The envoys met on Sunday. ' * 9) == 'en';"
        "print(tracemalloc.get_traced_memory()[0])"
    )
    kept = int(subprocess.check_output([sys.executable, "-c", program], text=True))
    assert kept < 16 << 20

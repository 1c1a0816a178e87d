"""Proposing a topic from example articles."""

from pathlib import Path

import yaml
from click.testing import CliRunner

from monitor.adapters.text.word_frequencies import word_frequencies
from monitor.cli.main import main
from monitor.domain.topics.authoring.keyness import candidates
from monitor.domain.topics.authoring.suggest import found_again, suggest
from monitor.domain.topics.values import Document

HARBOURS = [
    "Dockers in Veldhaven walked out. The strike over night shifts closed the container terminal, they said."
    " Veldhaven handles half of the island's trade, and the union promised more walkouts. The strike goes on.",
    "A second day of strike at the container terminal of Veldhaven left forty ships waiting. The union of dockers wants"
    " talks on night shifts. Ms Oriel, who leads the union, met the harbour board of Veldhaven.",
    "Talks between the union and the harbour board failed in Veldhaven, and the strike of the dockers spreads. Every "
    "container terminal is shut. Ms Oriel called the offer on night shifts an insult.",
]
EXAMPLES = [Document(title="Harbour strike", text=text, language="en") for text in HARBOURS]


def terms(found) -> list[str]:
    return [candidate.term for candidate in found]


def test_what_examples_share_and_the_language_seldom_uses_comes_first():
    found = terms(candidates(EXAMPLES, word_frequencies("en")))
    assert set(found[:12]) >= {"Veldhaven", "dockers", "container terminal", "night shifts"}
    assert not {"the", "said", "Monday", "of the"} & set(found)


def test_names_are_told_from_other_words():
    proposal = suggest(EXAMPLES, word_frequencies)
    assert {"Veldhaven", "Ms Oriel"} <= set(terms(proposal.names["en"]))
    assert {"dockers", "container terminal"} <= set(terms(proposal.words["en"]))


def test_words_inside_a_longer_term_are_not_repeated():
    found = terms(suggest(EXAMPLES, word_frequencies).words["en"])
    assert "container" not in found
    assert "shifts" not in found


def test_inflected_forms_count_as_one_word():
    forms = ["The ferry sank.", "Two ferries sank.", "One more ferry sank."]
    found = candidates(
        [Document(text=text, language="en") for text in forms], {}, lambda word: word.replace("ies", "y")
    )
    ferry = next(candidate for candidate in found if candidate.term == "ferry")
    assert (ferry.examples, ferry.count) == (3, 3)


def test_a_term_of_a_single_example_is_no_proposal():
    odd = Document(text="A zeppelin crossed Veldhaven. The zeppelin landed. Zeppelin tours start.", language="en")
    assert "zeppelin" not in terms(candidates([*EXAMPLES, odd], word_frequencies("en")))


def test_scripts_without_spaces_yield_whole_terms():
    texts = ["港口工人罢工，集装箱码头关闭。", "罢工第二天，集装箱码头外船只等待。", "集装箱码头的罢工仍在继续。"]
    found = terms(candidates([Document(text=text, language="zh") for text in texts], word_frequencies("zh")))
    assert "罢工" in found
    assert "集装箱码头" in found
    assert "装箱码" not in found


def test_addresses_are_no_terms():
    texts = [
        f"Read https://harbour.example/strike-{number} and ![a crane](https://harbour.example/crane.png)"
        for number in (1, 2)
    ]
    found = terms(candidates([Document(text=text, language="en") for text in texts], {}))
    assert found
    assert not {"https", "crane", "harbour", "example"} & {term.casefold() for term in found}


def test_no_text_yields_an_empty_proposal():
    proposal = suggest([Document(language="en")], word_frequencies)
    assert proposal.names == {"en": ()}
    assert found_again(proposal, EXAMPLES) == 0


def test_the_proposed_query_finds_its_own_examples_but_not_any_text():
    proposal = suggest(EXAMPLES, word_frequencies)
    assert found_again(proposal, EXAMPLES) == len(EXAMPLES)
    other = Document(title="Bakers' fair", text="Bread was sold in the old town of Veldhaven.", language="en")
    assert found_again(proposal, [other]) == 0


def test_the_command_writes_a_watchlist_that_can_be_pasted(tmp_path: Path):
    paths = [tmp_path / f"{number}.txt" for number in range(len(HARBOURS))]
    for path, text in zip(paths, HARBOURS, strict=True):
        path.write_text(f"Harbour strike\n{text}", encoding="utf-8")
    result = CliRunner().invoke(main, ["topics", "suggest", "--key", "harbour", *map(str, paths)])
    assert result.exit_code == 0, result.output
    written = yaml.safe_load(result.stdout)
    assert "Veldhaven" in written["vocabulary"]["harbour_names"]["en"]
    assert "$harbour_words" in written["topics"]["harbour"]["query"]
    assert "matches 3 of the 3 examples" in result.stderr


def test_a_missing_file_is_named(tmp_path: Path):
    result = CliRunner().invoke(main, ["topics", "suggest", str(tmp_path / "none.txt")])
    assert result.exit_code == 1
    assert "none.txt" in result.stderr
    assert "Traceback" not in result.output


def test_a_key_that_yaml_would_mistake_is_refused():
    result = CliRunner().invoke(main, ["topics", "suggest", "--key", "No Way!", __file__])
    assert result.exit_code == 2

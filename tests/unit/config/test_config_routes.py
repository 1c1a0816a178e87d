"""Routes in receivers.yml, and where a document would go."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import main
from monitor.config.loader import load
from monitor.domain.catalog import Route, Severity

RECEIVERS = """\
receivers:
  desk: {console: true}
  asia: {console: true}
routes:
  - when: {lang: [zh, ja-JP], outlet: www.quay.example}
    to: asia
    continue: true
  - when: {severity: high}
    to: [asia, desk]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yml").write_text("feeds: []\n")
    (tmp_path / "receivers.yml").write_text(RECEIVERS)
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "w.yml").write_text("receivers: [desk]\ntopics:\n  t:\n    query: ferry\n")
    return tmp_path


def test_routes_are_read_in_their_order(root: Path) -> None:
    loaded = load(root)
    assert loaded.errors == ()
    assert loaded.catalog is not None
    assert loaded.catalog.routes == (
        Route(receivers=("asia",), languages=("zh", "ja"), outlets=("quay.example",), goes_on=True),
        Route(receivers=("asia", "desk"), min_severity=Severity.HIGH),
    )


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("{when: {lang: en}, to: asja}", "no receiver is named 'asja'; did you mean 'asia'?"),
        ("{when: {topic: x}, to: asia}", "there is no topic 'x'"),
        ("{when: {watchlist: v}, to: asia}", "there is no watchlist 'v'"),
        ("{when: {langs: en}, to: asia}", "unknown key 'langs'; did you mean 'lang'?"),
        ("{to: asia}", "'when' is missing"),
    ],
)
def test_what_is_wrong_with_a_route_is_said_at_its_line(root: Path, route: str, words: str) -> None:
    (root / "receivers.yml").write_text(f"{RECEIVERS}  - {route}\n")
    (problem,) = [str(problem) for problem in load(root).errors]
    assert f"{root}/receivers.yml:10:" in problem
    assert words in problem


def test_check_route_tells_where_a_document_goes(root: Path) -> None:
    document = {"id": "1", "title": "渡轮 ferry is late", "lang": "zh", "outlet": "quay.example"}
    (root / "one.json").write_text(json.dumps(document))
    words = ["check", "--config", str(root), "--route", str(root / "one.json")]
    assert "t (medium, zh, quay.example) goes to asia, desk" in CliRunner().invoke(main, words).stdout
    (root / "one.txt").write_text("A ferry is late")
    (line,) = CliRunner().invoke(main, [*words[:-1], str(root / "one.txt"), "--json"]).stdout.splitlines()
    assert json.loads(line)["receivers"] == ["desk"]

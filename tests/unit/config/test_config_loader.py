"""The whole folder: every problem at once, names across files, what is left when single parts are broken."""

from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.config.loader import Loaded, load
from monitor.domain.catalog import Channel, Severity

FEEDS = "feeds:\n  - {key: north, url: 'https://north.example/rss', language: en, tags: [economy]}\n"
RECEIVERS = "receivers:\n  desk: {console: true}\n  duty: {slack: '#duty'}\n"
TOPICS = """\
watchlist: trade
receivers: [desk]
vocabulary:
  duties: [tariff, customs duty]
  places: {en: [Norland], uk: [Норландія]}
topics:
  tariffs:
    title: Tariffs
    query: $duties OR $places
    severity: urgent
"""


def folder(path: Path, **files: str) -> Path:
    """A configuration folder of these files; `wirewatch`, `feeds`, `receivers`, any other name is a watchlist."""
    given = {"feeds": FEEDS, "receivers": RECEIVERS, "trade": TOPICS} | files
    (path / "watchlists").mkdir(exist_ok=True)
    for name, text in given.items():
        main = name in ("wirewatch", "feeds", "receivers")
        (path / f"{'' if main else 'watchlists/'}{name}.yml").write_text(text, encoding="utf-8")
    return path


def lines(loaded: Loaded, root: Path) -> list[str]:
    return [str(problem).removeprefix(f"{root}/") for problem in loaded.problems]


def test_a_sound_folder_becomes_a_catalog(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, wirewatch="admin_receiver: desk\n"))
    assert lines(loaded, tmp_path) == []
    assert loaded.catalog is not None
    assert loaded.catalog.admin_receiver == "desk"
    (watchlist,) = loaded.catalog.watchlists
    (topic,) = watchlist.topics
    assert (topic.key, topic.severity, topic.watchlist) == ("tariffs", Severity.HIGH, "trade")
    assert str(topic.query_place).endswith("watchlists/trade.yml:9:12")
    assert watchlist.vocabularies[0].terms == {"*": ("tariff", "customs duty")}
    assert watchlist.vocabularies[1].terms == {"en": ("Norland",), "uk": ("Норландія",)}


def test_an_empty_wirewatch_yml_and_none_at_all_mean_the_defaults(tmp_path: Path) -> None:
    without, empty = load(folder(tmp_path)), load(folder(tmp_path, wirewatch=""))
    assert without.settings == empty.settings
    assert empty.settings is not None
    assert empty.settings.database == "sqlite:///data/wirewatch.db"
    assert (empty.settings.poll.default_every, empty.settings.retention.text) == (
        timedelta(hours=1),
        timedelta(days=90),
    )


def test_every_setting_of_the_contract(tmp_path: Path) -> None:
    loaded = load(
        folder(
            tmp_path,
            wirewatch="""
database: postgresql://wire@db.example/wire
engine: cluster
http:
  allow_networks: [127.0.0.0/8, "::1/128"]
  allow_ports: [8080]
  per_host: {concurrency: 4, delay: 0s}
slack: {api_url: "http://127.0.0.1:9000/api/", timeout: 0.5s, settle: 2s, unknown: repeat}
poll: {default_every: 2s, minimum_every: 1s, backfill: 6h}
limits: {feed_bytes: 1MB, page_bytes: 5000}
retention: {text: 1d, metadata: 7d}
heartbeat: {url: "https://beat.example/x", every: 30s}
web: {listen: "0.0.0.0:9999"}
""",
        )
    )
    settings = loaded.settings
    assert settings is not None, lines(loaded, tmp_path)
    assert settings.http.allow_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.http.per_host.delay == timedelta(0)
    assert settings.slack.timeout == timedelta(milliseconds=500)
    assert (settings.poll.minimum_every, settings.poll.backfill) == (timedelta(seconds=1), timedelta(hours=6))
    assert (settings.limits.feed_bytes, settings.limits.page_bytes) == (1_000_000, 5_000)


def test_a_receiver_with_everything(tmp_path: Path) -> None:
    text = """\
admin: duty
receivers:
  duty: {slack: "#duty"}
  desk:
    webhook: true
    group_wait: 30s
    digest: {at: [17:30, 08:00], zone: Europe/Berlin, weekdays: mon-fri}
    active_hours: {from: 22:00, to: 06:00, weekdays: [sat, sun]}
    min_severity: notice
    break_through: breaking
    max_per_hour: 20
    fallback: duty
    escalate: {to: duty, after: 15m}
"""
    catalog = load(folder(tmp_path, receivers=text)).catalog
    assert catalog is not None
    desk = catalog.receiver("desk")
    assert desk is not None
    assert desk.digest is not None
    assert desk.active_hours is not None
    assert (desk.channel, desk.min_severity, desk.break_through) == (
        Channel.WEBHOOK,
        Severity.MEDIUM,
        Severity.CRITICAL,
    )
    assert desk.digest.at == (time(8), time(17, 30))
    assert desk.digest.weekdays == frozenset(range(5))
    assert desk.active_hours.weekdays == frozenset({5, 6})
    assert (desk.escalate_to, desk.escalate_after, catalog.admin_receiver) == ("duty", timedelta(minutes=15), "duty")


def test_topics_with_everything(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/one.txt").write_text("\ufeffNorland raises its tariffs.", encoding="utf-8")
    text = """\
topics:
  tariffs:
    query: tariff
    threshold: 2
    receivers: duty
    min_outlets: 2
    raise:
      - {to: high, score: 4}
      - {to: critical, independent: 5, within: 30m}
    must_match:
      - Norland raises tariffs
      - {title: Duties, text: up again, lang: en}
      - {file: texts/one.txt}
    must_not_match: [Rain in Norland]
"""
    loaded = load(folder(tmp_path, trade=text))
    assert loaded.catalog is not None, lines(loaded, tmp_path)
    topic = loaded.catalog.topic("tariffs")
    assert topic is not None
    assert (topic.title, topic.severity, topic.threshold, topic.receivers) == ("tariffs", Severity.MEDIUM, 2, ("duty",))
    assert [(step.severity, step.min_score, step.min_independent, step.within) for step in topic.steps] == [
        (Severity.HIGH, 4, None, None),
        (Severity.CRITICAL, None, 5, timedelta(minutes=30)),
    ]
    assert [example.text for example in topic.must_match] == [
        "Norland raises tariffs",
        "up again",
        "Norland raises its tariffs.",
    ]
    assert topic.must_match[2].source == "texts/one.txt"
    assert loaded.catalog.watchlists[0].name == "trade"


def test_every_problem_of_every_file_at_once(tmp_path: Path) -> None:
    loaded = load(
        folder(
            tmp_path,
            wirewatch="htpp: {}\nslack: {unknown: hld}\nworkers: 0\n",
            feeds="feeds:\n  - {key: a, url: 'ftp://x/'}\n  - {url: 'https://a.example/', evry: 5m, tier: 9}\n",
            receivers="receivers:\n  desk: {console: true, webhook: true}\n  duty: {slack: '#x', min_severity: hihg}\n",
            trade="topics:\n  t: {title: x}\n"
            "  u: {query: q, severity: [], must_match: [{txt: a}], raise: [{to: low}]}\n",
        )
    )
    assert loaded.catalog is None
    found = lines(loaded, tmp_path)
    expected = [
        "wirewatch.yml:1:1: unknown key 'htpp'; did you mean 'http'?",
        "wirewatch.yml:2:18: unknown: 'hld' is not one of hold, repeat; did you mean 'hold'?",
        "wirewatch.yml:3:10: workers: must be at least 1",
        "feeds.yml:2:19: url: not a usable address",
        "feeds.yml:3:5: 'key' is missing",
        "feeds.yml:3:33: unknown key 'evry'; did you mean 'every'?",
        "feeds.yml:3:49: tier: must be at most 3",
        "receivers.yml:2:9: desk: a receiver needs exactly one of",
        "receivers.yml:3:37: min_severity: 'hihg' is not a severity; did you mean 'high'?",
        "watchlists/trade.yml:2:6: 'query' is missing",
        "watchlists/trade.yml:3:27: severity: not a severity",
        "watchlists/trade.yml:3:45: unknown key 'txt'; did you mean 'text'?",
        "watchlists/trade.yml:3:63: a raise needs exactly one of",
    ]
    for wanted in expected:
        assert any(line.startswith(wanted) for line in found), (wanted, found)
    assert len(loaded.errors) == len(expected)


def test_what_is_wrong_in_one_place_hides_nothing_in_another(tmp_path: Path) -> None:
    """A misspelt key of a topic hides neither its query's error nor its receivers'; names with problems are names."""
    loaded = load(
        folder(
            tmp_path,
            feeds="feeds: []\n",
            receivers="receivers:\n  desk: {console: true, min_severty: high}\n",
            trade="receivers: [desk, dsk]\nvocabulary:\n  war: [NO, war]\n"
            "topics:\n  t: {query: '$war AND $peace', severty: high}\n"
            "  u: {query: 'a AND (', receivers: [desc], must_match: [{txt: a}]}\n",
        )
    )
    assert loaded.catalog is None
    found = [line for line in lines(loaded, tmp_path) if "warning" not in line]
    expected = [
        "receivers.yml:2:25: unknown key 'min_severty'",
        "watchlists/trade.yml:1:19: no receiver is named 'dsk'; did you mean 'desk'?",
        "watchlists/trade.yml:3:9: NO may be read as true or false",
        "watchlists/trade.yml:5:24: ",
        "watchlists/trade.yml:5:33: unknown key 'severty'",
        "watchlists/trade.yml:6:21: the query ends where a term was expected",
        "watchlists/trade.yml:6:37: no receiver is named 'desc'; did you mean 'desk'?",
        "watchlists/trade.yml:6:58: unknown key 'txt'",
    ]
    for wanted in expected:
        assert any(line.startswith(wanted) for line in found), (wanted, found)
    assert len(found) == len(expected)


def test_names_are_checked_across_files(tmp_path: Path) -> None:
    feeds = (
        FEEDS + "  - {key: north, url: 'https://b.example/', tier: 2}\n  - {key: c, url: 'https://north.example/rss'}\n"
    )
    receivers = """\
admin: dsk
receivers:
  desk: {console: true, fallback: duty, escalate: {to: dutty, after: 1h}}
  duty: {slack: "#duty", fallback: desk}
"""
    second = "watchlist: trade\nreceivers: [dek]\ntopics:\n  tariffs: {query: duty, receivers: [desk, duti]}\n"
    found = lines(load(folder(tmp_path, feeds=feeds, receivers=receivers, two=second)), tmp_path)
    assert found == [
        "feeds.yml:3:11: the feed key is already given in line 2",
        "feeds.yml:4:19: warning: the same address is already polled as the feed in line 2",
        "receivers.yml:1:8: no receiver is named 'dsk'; did you mean 'desk'?",
        "receivers.yml:3:35: the fallbacks lead back to 'desk'",
        "receivers.yml:3:56: no receiver is named 'dutty'; did you mean 'duty'?",
        "receivers.yml:4:36: the fallbacks lead back to 'duty'",
        f"watchlists/two.yml:1:12: the watchlist 'trade' is already in {tmp_path}/watchlists/trade.yml",
        "watchlists/two.yml:2:13: no receiver is named 'dek'; did you mean 'desk'?",
        f"watchlists/two.yml:4:3: the topic 'tariffs' is already at {tmp_path}/watchlists/trade.yml:7:3",
        "watchlists/two.yml:4:44: no receiver is named 'duti'; did you mean 'duty'?",
    ]


def test_a_key_given_twice_is_told_even_when_the_first_feed_has_other_problems(tmp_path: Path) -> None:
    feeds = "feeds:\n  - {key: a, url: nowhere}\n  - {key: a, url: 'https://a.example/'}\n"
    found = lines(load(folder(tmp_path, feeds=feeds)), tmp_path)
    assert [line[:13] for line in found] == ["feeds.yml:2:1", "feeds.yml:3:1"]


def test_a_channel_that_yaml_takes_for_a_comment_is_explained(tmp_path: Path) -> None:
    found = lines(load(folder(tmp_path, receivers="receivers:\n  desk:\n    slack: #news\n")), tmp_path)
    assert found[0].startswith('receivers.yml:3:11: slack: nothing is given: quote the channel, "#name"'), found


def test_an_unknown_admin_in_wirewatch_yml_and_two_different_ones(tmp_path: Path) -> None:
    found = lines(load(folder(tmp_path, wirewatch="admin_receiver: desc\n")), tmp_path)
    assert found == ["wirewatch.yml:1:17: no receiver is named 'desc'; did you mean 'desk'?"]
    found = lines(
        load(folder(tmp_path, wirewatch="admin_receiver: duty\n", receivers=RECEIVERS + "admin: desk\n")), tmp_path
    )
    assert found == ["wirewatch.yml:1:17: receivers.yml names 'desk' as admin: keep one of the two"]


@pytest.mark.case(100)
def test_one_broken_topic_among_two_hundred_is_named_and_the_others_are_salvaged(tmp_path: Path) -> None:
    topics = "".join(f"  topic-{n}: {{query: word{n}}}\n" for n in range(199))
    loaded = load(folder(tmp_path, trade=f"receivers: desk\ntopics:\n{topics}  broken: {{query: 12:30}}\n"))
    assert loaded.catalog is None
    assert lines(loaded, tmp_path) == [
        'watchlists/trade.yml:202:19: query: 12:30 may be read as a number in base 60, not as text: quote it: "12:30"'
    ]
    assert loaded.salvaged is not None
    assert len(loaded.salvaged.topics) == 199


def test_one_broken_feed_is_named_and_the_others_are_salvaged(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, feeds=FEEDS + "  - {key: b, url: nowhere}\n"))
    assert loaded.catalog is None
    assert loaded.salvaged is not None
    assert [feed.key for feed in loaded.salvaged.feeds] == ["north"]


def test_nothing_is_salvaged_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    assert load(folder(tmp_path, trade="topics: [")).salvaged is None
    assert load(folder(tmp_path, trade=TOPICS, wirewatch="nope: 1\n")).salvaged is None


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/hostname", "nowhere.txt", "watchlists"])
def test_examples_are_only_read_from_files_inside_the_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "config").mkdir()
    root = folder(tmp_path / "config", trade=TOPICS + f"    must_match: [{{file: '{path}'}}]\n")
    assert lines(load(root), root) == [
        f"watchlists/trade.yml:11:18: cannot read the example file {path!r} as UTF-8 text",
    ]


@pytest.mark.case(103)
def test_a_secret_in_a_file_is_a_warning_that_does_not_quote_it(tmp_path: Path) -> None:
    token = "xoxb-123456789012-abcdefABCDEF"
    loaded = load(folder(tmp_path, receivers=RECEIVERS + f"  # {token}\n"))
    assert loaded.catalog is not None
    (line,) = lines(loaded, tmp_path)
    assert line.startswith("receivers.yml:4:5: warning: a Slack token")
    assert token not in line


@pytest.mark.case(97)
@pytest.mark.parametrize(
    "secret", ["xoxb-123456789012-abcdef", "https://hooks.slack.com/services/T0/B0/abcdef", "postgresql://u:pa55@h/d"]
)
def test_no_message_quotes_a_secret(secret: str, tmp_path: Path) -> None:
    files = dict.fromkeys(("wirewatch", "feeds", "receivers"), f"{secret}: 1\nengine: {secret}\nadmin: {secret}\n")
    loaded = load(folder(tmp_path, **files, trade=f"topics:\n  {secret}: {{query: [], severity: {secret}}}\n"))
    assert loaded.errors
    shown = "\n".join(lines(loaded, tmp_path))
    assert not any(part in shown for part in ("abcdef", "pa55"))


def test_a_misnamed_file_and_missing_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "feed.yml").write_text("feeds: []\n")
    assert lines(load(tmp_path), tmp_path) == [
        "feed.yml:1:1: no part of the program reads this file; did you mean 'feeds.yml'?",
        "feeds.yml:1:1: warning: there is no such file",
        "receivers.yml:1:1: warning: there is no such file",
        "watchlists/*.yml:1:1: warning: there is no such file",
    ]


def test_a_missing_folder_is_one_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path / "nowhere")
    assert [str(p) for p in loaded.problems] == [
        f"{tmp_path}/nowhere:1:1: cannot read the folder: No such file or directory"
    ]
    assert loaded.salvaged is None


def test_without_receivers_yml_there_is_a_console(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/a.yml").write_text("receivers: [console]\ntopics: {t: {query: a}}\n")
    catalog = load(tmp_path).catalog
    assert catalog is not None
    assert [receiver.name for receiver in catalog.receivers] == ["console"]


def test_hidden_and_backup_files_are_no_watchlists(tmp_path: Path) -> None:
    root = folder(tmp_path)
    for name in (".trade.yml.swp", ".#trade.yml", "trade.yml~", "notes.txt"):
        (root / "watchlists" / name).write_text("[")
    assert load(root).catalog is not None


def test_the_revision_names_the_content_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    a, b = load(folder(tmp_path / "a")), load(folder(tmp_path / "b"))
    assert a.revision == b.revision
    assert load(folder(tmp_path / "b", feeds=FEEDS + "# more\n")).revision != a.revision


def test_no_file_reports_more_problems_than_people_can_use(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, feeds="feeds:\n" + "  - {}\n" * 1_000))
    assert len(loaded.errors) == 101
    assert "and 1,900 more problems" in loaded.errors[-1].message


def test_three_thousand_topics_load(tmp_path: Path) -> None:
    topics = "".join(
        f'  topic-{n}:\n    title: Topic {n}\n    query: word{n} AND (a OR "b c")\n    must_match: [word{n} a]\n'
        for n in range(3_000)
    )
    loaded = load(folder(tmp_path, trade=f"receivers: [desk]\ntopics:\n{topics}"))
    assert loaded.catalog is not None
    assert len(loaded.catalog.topics) == 3_000

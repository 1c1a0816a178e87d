"""Model `wirewatch.yml`; a change there needs a restart.

Every key has a default, so an empty file is valid. Descriptions end up in the JSON Schema, for editors.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from monitor.config.models.fields import Duration, Flag, LeadTime, Network, Size, Strict, Text, Url, Word, only, refusal

_MINUTE = timedelta(minutes=1)


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise refusal("not a place to listen: write address and port, such as 127.0.0.1:8080")
    return value


Listen = Annotated[str, AfterValidator(_listen)]
Database = Annotated[
    str,
    only(
        lambda value: value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")),
        "not a database address: write sqlite:///PATH or postgresql://USER@HOST/NAME",
    ),
]
Port = Annotated[int, Field(ge=1, le=65535)]


class PerHost(Strict):
    """Limits for requests to one host."""

    concurrency: int = Field(default=2, ge=1, le=32, description="Connections to one host at a time.")
    delay: Duration = Field(default=timedelta(seconds=1), description="Pause between two requests to one host.")


class Http(Strict):
    """How feeds and pages are requested."""

    contact: Text | None = Field(
        default=None, description="A web or mail address in the User-Agent, so that outlets can reach you."
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="Limit for a whole request with its response.")
    connect_timeout: Duration = Field(default=timedelta(seconds=10), description="Limit for connecting.")
    read_timeout: Duration = Field(default=timedelta(seconds=10), description="Limit for a pause within a response.")
    concurrency: int = Field(default=50, ge=1, le=512, description="Requests in progress at once, over all hosts.")
    per_host: PerHost = Field(default_factory=PerHost, description="Limits for requests to one host.")
    allow_networks: tuple[Network, ...] = Field(
        default=(), strict=False, description="Private networks that may be requested."
    )
    allow_ports: tuple[Port, ...] = Field(
        default=(), strict=False, description="Ports that may be requested besides 80 and 443."
    )
    robots: Flag = Field(default=True, description="Ask robots.txt before fetching an article page.")
    proxy: Url | None = Field(default=None, description="Send every request through this proxy.")
    ca_file: Text | None = Field(
        default=None, description="Certificate authorities to trust instead of those that come with the program."
    )


class PollSettings(Strict):
    """When feeds are polled."""

    default_every: Duration = Field(
        default=timedelta(hours=1), description="Interval of a feed whose publishing rate is not yet known."
    )
    minimum_every: Duration = Field(default=timedelta(minutes=5), description="No feed is polled more often.")
    maximum_every: Duration = Field(
        default=timedelta(hours=24), description="Every feed is polled at least this often."
    )
    backfill: LeadTime = Field(
        default=timedelta(0),
        description="How old an entry of a feed's first poll may be and still alert; `none`, or `all`.",
    )


class Limits(Strict):
    """Limits for a single response, page or file."""

    feed_bytes: Size = Field(default=10_000_000, description="Largest feed, unpacked.")
    page_bytes: Size = Field(default=5_000_000, description="Largest page, unpacked.")
    robots_bytes: Size = Field(default=500_000, description="Largest robots.txt; the rest is not read.")
    redirects: int = Field(default=5, ge=0, le=20, description="Redirects followed for one address.")
    feed_time: Duration = Field(default=timedelta(seconds=20), description="Processor time to parse one feed.")
    page_time: Duration = Field(default=timedelta(seconds=15), description="Processor time to extract one page.")
    worker_memory: Size = Field(
        default=512_000_000,
        ge=128_000_000,
        description="Address space of one worker process; its libraries take 70 MB of it.",
    )
    worker_tasks: int = Field(default=1_000, ge=1, description="Pages and feeds a worker reads before it is renewed.")
    config_bytes: Size = Field(default=4_000_000, description="Largest feeds.yml or watchlist file.")


class Retention(Strict):
    """How long content is kept. Identities are kept for good, so that nothing alerts twice."""

    text: Duration = Field(default=timedelta(days=90), description="Article texts.")
    metadata: Duration = Field(default=timedelta(days=400), description="Titles, addresses, stories, alerts.")


class SlackAllow(Strict):
    """Who may press buttons and use `/wirewatch`; without either, members of the receivers' channels."""

    users: tuple[Word, ...] = Field(default=(), strict=False, description="Member ids, such as U012AB3CD.")
    channels: tuple[Word, ...] = Field(
        default=(), strict=False, description="Channels, by `#name` or id: whoever acts from one of them may."
    )


class Slack(Strict):
    """How Slack is called. Tokens come from the environment only."""

    api_url: Url = Field(default="https://slack.com/api/", description="Where the API is.")
    timeout: Duration = Field(default=timedelta(seconds=10), description="Limit for one call.")
    settle: Duration = Field(
        default=_MINUTE,
        description="Wait before looking up a message whose delivery is uncertain; above timeout and clock skew.",
    )
    unknown: Literal["hold", "repeat"] = Field(
        default="hold",
        description="When delivery stays uncertain: hold the message for a person, or send it again, marked so.",
    )
    allow: SlackAllow = Field(
        default_factory=SlackAllow,
        description="Who may press buttons and use /wirewatch; by default the members of the receivers' channels.",
    )


class Heartbeat(Strict):
    """A heartbeat to an external monitor."""

    url: Url | None = Field(
        default=None, description="Address requested while polling and delivery both make progress."
    )
    every: Duration = Field(default=_MINUTE, description="How often.")


class Web(Strict):
    """The web pages, the JSON API, metrics and health checks. They are read-only unless somebody can log in."""

    listen: Listen = Field(default="127.0.0.1:8080", description="Address and port.")
    open: Literal["none", "read"] = Field(
        default="none",
        description="read: everybody who can reach the address may read without a log-in. "
        "Beyond this machine the pages need this, a password ($WIREWATCH_WEB_PASSWORD) or a trusted header.",
    )
    hosts: tuple[Text, ...] = Field(
        default=(),
        strict=False,
        description="Host names with a dot under which the pages are reached; others are refused (DNS rebinding).",
    )
    trusted_header: Text | None = Field(
        default=None, description="Request header in which a proxy names the person; such a person may write."
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(), strict=False, description="Networks from which that header is believed."
    )
    public_url: Url | None = Field(
        default=None, description="Where people reach the pages, for links in feeds; default: the address asked."
    )


class Logging(Strict):
    """What is logged, to stderr."""

    format: Literal["auto", "json", "text"] = Field(default="auto", description="auto: text on a terminal, else JSON.")
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest level that is logged."
    )


class Reload(Strict):
    """How edits are applied."""

    every: Duration = Field(
        default=timedelta(seconds=1), le=timedelta(seconds=2), description="How often to look for edits; at most 2s."
    )
    hold_explosive: bool = Field(
        default=False,
        description="Hold an edit that would multiply the alerts of a topic until `wirewatch topics release`.",
    )


class Settings(Strict):
    """The program's settings: `wirewatch.yml`. All keys are optional; a change needs a restart."""

    database: Database = Field(
        default="sqlite:///data/wirewatch.db", description="SQLAlchemy URL; $WIREWATCH_DATABASE wins."
    )
    engine: Literal["local", "cluster"] = Field(
        default="local", description="local: one process. cluster: many machines on PostgreSQL."
    )
    workers: int | None = Field(
        default=None, ge=1, le=256, description="Processes that read pages and feeds; default: one for each processor."
    )
    admin_receiver: Word | None = Field(
        default=None, description="The receiver of notices about feeds and configuration."
    )
    http: Http = Field(default_factory=Http, description="How feeds and pages are requested.")
    poll: PollSettings = Field(default_factory=PollSettings, description="When feeds are polled.")
    limits: Limits = Field(default_factory=Limits, description="Limits for a single response, page or file.")
    retention: Retention = Field(default_factory=Retention, description="How long content is kept.")
    slack: Slack = Field(default_factory=Slack, description="How Slack is called.")
    heartbeat: Heartbeat = Field(default_factory=Heartbeat, description="A heartbeat to an external monitor.")
    web: Web = Field(default_factory=Web, description="The status page, metrics and health checks.")
    logging: Logging = Field(default_factory=Logging, description="What is logged.")
    reload: Reload = Field(default_factory=Reload, description="How edits are applied.")

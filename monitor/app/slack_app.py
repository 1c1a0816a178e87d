"""Listening to Slack: clicks and commands, where an app token is set."""

from monitor.adapters.slack.admission import Admission
from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.adapters.slack.socket_mode import SlackSocket
from monitor.app.notifiers import secret
from monitor.app.runtime.interactions import Interact
from monitor.app.runtime.stored_archive import StoredArchive
from monitor.config.models.settings import Settings
from monitor.ports import CatalogSource, Clock
from storage.outbox.interactions import SqlInteractions
from storage.outbox.silences import SqlSilences
from storage.sql.database import Database


def interact_of(database: Database, catalogs: CatalogSource, clock: Clock) -> Interact:
    """Return what answers people's clicks and commands, from Slack and from the pages."""
    return Interact(
        interactions=SqlInteractions(database),
        archive=StoredArchive(database=database, clock=clock, catalogs=catalogs),
        silences=SqlSilences(database),
        catalogs=catalogs,
        clock=clock,
    )


def slack_socket(database: Database, settings: Settings, catalogs: CatalogSource, clock: Clock) -> SlackSocket:
    """Return the connection to Slack for clicks and commands; it stays closed without an app token."""
    calls = SlackCalls(
        timeout=settings.slack.timeout,
        api_url=settings.slack.api_url,
        proxy=settings.http.proxy,
        ca_file=settings.http.ca_file,
    )
    lookups = SlackNotifier(token=secret("slack_bot_token"), calls=calls, clock=clock)
    admission = Admission(
        channels=lookups.channels,
        catalogs=catalogs,
        clock=clock,
        allowed_users=frozenset(settings.slack.allow.users),
        allowed_channels=frozenset(settings.slack.allow.channels),
    )
    return SlackSocket(
        token=secret("slack_app_token"),
        api_url=settings.slack.api_url,
        calls=calls,
        hears=interact_of(database, catalogs, clock),
        admission=admission,
        proxy=settings.http.proxy,
        ca_file=settings.http.ca_file,
    )

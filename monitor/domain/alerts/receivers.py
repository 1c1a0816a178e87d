"""Decide which receivers an alert goes to: by the routes of receivers.yml, else by its topic or watchlist."""

from typing import Protocol

from monitor.domain.catalog import Catalog, Receiver, Route, Severity, Topic


class Routed(Protocol):
    """What routes look at: the severity, and outlet and language of the report that raised the alert."""

    @property
    def severity(self) -> Severity:
        """Return the severity."""
        ...

    @property
    def outlet(self) -> str:
        """Return the outlet's domain."""
        ...

    @property
    def language(self) -> str | None:
        """Return the language code, if known."""
        ...


def receivers_of(topic: Topic, catalog: Catalog, alert: Routed | None = None) -> tuple[Receiver, ...]:
    """Return the receivers of an alert of this topic; without an alert, those of the topic. Unknown names are skipped.

    The first route that matches decides. One that says `continue` adds its receivers to those of the next that matches,
    and to the topic's own where no further route does.
    """
    names: list[str] = []
    decided = False
    for route in catalog.routes if alert is not None else ():
        if alert is not None and _matches(route, topic, alert):
            names += route.receivers
            if not route.goes_on:
                decided = True
                break
    if not decided:
        names += topic.receivers or _of_watchlist(topic, catalog)
    found = (catalog.receiver(name) for name in dict.fromkeys(names))
    return tuple(receiver for receiver in found if receiver is not None)


def _of_watchlist(topic: Topic, catalog: Catalog) -> tuple[str, ...]:
    return next((w.receivers for w in catalog.watchlists if w.name == topic.watchlist), ())


def _matches(route: Route, topic: Topic, alert: Routed) -> bool:
    """Tell whether all of a route's conditions hold; a condition that is not given always does."""
    language = (alert.language or "").split("-")[0]
    return (
        (not route.languages or language in route.languages)
        and (not route.outlets or any(_is_of(alert.outlet, outlet) for outlet in route.outlets))
        and (not route.topics or topic.key in route.topics)
        and (not route.watchlists or topic.watchlist in route.watchlists)
        and alert.severity >= route.min_severity
    )


def _is_of(outlet: str, wanted: str) -> bool:
    """Tell whether an outlet is the wanted domain or one under it."""
    return outlet == wanted or outlet.endswith(f".{wanted}")

"""Look channels up: their ids by name, and who is in them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_sdk.web import SlackResponse, WebClient

from monitor.adapters.slack.error_codes import SlackMethod
from monitor.domain.alerts.alert import NotSent, Unknown

Answer = SlackResponse | NotSent | Unknown
Call = Callable[[Callable[[WebClient], SlackResponse], SlackMethod], Awaitable[Answer]]

_MOST = 999
"""Channels or members in one answer; Slack takes a limit under 1,000."""


class SlackChannels:
    """Channels of the workspace; the id of a name is kept once known."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._ids: dict[str, str] = {}

    def learn(self, address: str, channel_id: str) -> None:
        """Keep the id that Slack named for an address."""
        self._ids[address] = channel_id

    async def id_of(self, address: str) -> str | NotSent | Unknown | None:
        """Return the id of an address, which is one itself or `#name`; None where the app sees no such channel."""
        if not address.startswith("#"):
            return address
        cursor: str | None = None
        while address not in self._ids:
            page = await self._call(
                partial(
                    WebClient.conversations_list,
                    cursor=cursor,
                    exclude_archived=True,
                    limit=_MOST,
                    types="public_channel,private_channel",
                ),
                SlackMethod.READ,
            )
            if isinstance(page, NotSent | Unknown):
                return page
            self._ids |= {f"#{channel['name']}": channel["id"] for channel in page.get("channels") or ()}
            cursor = _next_cursor(page)
            if cursor is None:
                break
        return self._ids.get(address)

    async def members_of(self, channel_id: str) -> frozenset[str] | NotSent | Unknown:
        """Return the ids of a channel's members."""
        found: set[str] = set()
        cursor: str | None = None
        while True:
            members = partial(WebClient.conversations_members, channel=channel_id, cursor=cursor, limit=_MOST)
            page = await self._call(members, SlackMethod.READ)
            if isinstance(page, NotSent | Unknown):
                return page
            found |= {member for member in page.get("members") or () if isinstance(member, str)}
            cursor = _next_cursor(page)
            if cursor is None:
                return frozenset(found)


def _next_cursor(page: SlackResponse) -> str | None:
    metadata: dict[str, Any] = page.get("response_metadata") or {}
    return metadata.get("next_cursor") or None

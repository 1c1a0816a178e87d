"""Admit people to buttons and `/wirewatch`: by `slack.allow`, else the members of the receivers' channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.adapters.slack.channels import SlackChannels
from monitor.domain.catalog import Channel
from monitor.ports import CatalogSource, Clock

_REMEMBERED_FOR = timedelta(minutes=5)
"""How long a channel's members are believed: a click costs no request, and who leaves loses access soon."""


@dataclass(slots=True, kw_only=True)
class Admission:
    """Decide who may use buttons and commands.

    `users` are member ids, `channels` ids or `#names`; where both are empty, members of the receivers' channels may.
    """

    channels: SlackChannels
    catalogs: CatalogSource
    clock: Clock
    allowed_users: frozenset[str] = frozenset()
    allowed_channels: frozenset[str] = frozenset()
    _members: dict[str, tuple[datetime, frozenset[str]]] = field(default_factory=dict)

    async def refusal(self, payload: Mapping[str, Any]) -> str | None:
        """Return why the sender of a click or command is refused; None where they are admitted."""
        # clicks hold ids and names in objects, commands in plain fields
        sender, channel = payload.get("user") or {}, payload.get("channel") or {}
        user = str(sender.get("id") or payload.get("user_id") or "")
        channel_id = str(channel.get("id") or payload.get("channel_id") or "")
        channel_name = str(channel.get("name") or payload.get("channel_name") or "")
        if user in self.allowed_users:
            return None
        if self.allowed_users or self.allowed_channels:
            if channel_id in self.allowed_channels or f"#{channel_name}" in self.allowed_channels:
                return None
            return "You are not among those who may use Wirewatch here: slack.allow in wirewatch.yml names them."
        addresses = [r.address for r in self.catalogs.current().receivers if r.channel is Channel.SLACK]
        for address in dict.fromkeys(addresses):
            if await self._is_in(user, address, channel_id):
                return None
        return (
            "Only members of the channels that get alerts may use Wirewatch; slack.allow in wirewatch.yml adds others."
        )

    async def _is_in(self, user: str, address: str, channel_id: str) -> bool:
        """Tell whether a user is in a channel; where Slack does not say, whether they wrote there."""
        found = await self.channels.id_of(address)
        if not isinstance(found, str):
            return False
        known = self._members.get(found)
        if known is None or known[0] < self.clock.now():
            members = await self.channels.members_of(found)
            if not isinstance(members, frozenset):
                return found == channel_id
            known = self._members[found] = (self.clock.now() + _REMEMBERED_FOR, members)
        return user in known[1]

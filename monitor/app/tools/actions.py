"""What people do from the pages: the same clicks as Slack's buttons, silences, and verdicts on held messages."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.app.runtime.interactions import Interact
from monitor.domain.alerts.interactions import Action, Click
from monitor.ports import Clock
from storage.outbox.silences import SqlSilences
from storage.sql.database import Database
from storage.stories.rearrange import SqlStoryChanges
from storage.views.deliveries import SqlSent

OFFERED = tuple(
    action.value for action in (Action.ACKNOWLEDGE, Action.MUTE, Action.UNMUTE, Action.IRRELEVANT, Action.RELEVANT)
)
"""The buttons of a story's page; `relevant` takes `irrelevant` back."""

LONGEST_MUTE = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Writes on behalf of a named person, through the daemon's own handle on the store."""

    database: Database
    interact: Interact
    clock: Clock

    async def press(self, action: str, alert_ids: Sequence[int], author: str) -> str:
        """Press a button on alerts of one story; return the last answer. Messages in Slack change with it."""
        answer = "This story has no alert."
        for alert_id in alert_ids:
            key = f"page:{secrets.token_hex(8)}"
            answer = await self.interact.click(
                Click(key=key, action=Action(action), alert_id=alert_id, author=author, origin="web")
            )
        return answer

    async def join(self, story_id: int, other: int, author: str) -> tuple[int, str]:
        """Join two stories; return the story that stays and what was done."""
        done = await SqlStoryChanges(self.database).join(story_id, other, author, self.clock.now(), origin="web")
        if done.refused:
            return story_id, f"Nothing was joined: {done.refused}."
        return done.story, f"Joined: {done.moved} {'report' if done.moved == 1 else 'reports'} moved into this story."

    async def split(self, story_id: int, article_id: int, author: str) -> tuple[int, str]:
        """Move one report into a story of its own; return that story and what was done."""
        done = await SqlStoryChanges(self.database).split(
            story_id, [article_id], author, self.clock.now(), origin="web"
        )
        if done.refused:
            return story_id, f"Nothing was split off: {done.refused}."
        return done.story, "This report is now a story of its own."

    async def mute(self, topic: str | None, story_id: int | None, span: timedelta, reason: str, author: str) -> str:
        """Add a silence; return what was done."""
        silences, now = SqlSilences(self.database), self.clock.now()
        if story_id is not None and await silences.story_title(story_id) is None:
            return "There is no story of that number: nothing was muted."
        added = await silences.add(
            topic=topic,
            story_id=story_id,
            until=now + min(span, LONGEST_MUTE),
            reason=reason or "no reason given",
            author=author,
            now=now,
            origin="web",
        )
        return f"Muted until {added.until:%d %b %H:%M} UTC."

    async def end_silence(self, silence_id: int, author: str) -> str:
        """End a silence now; return what was done."""
        ended = await SqlSilences(self.database).end(silence_id, self.clock.now(), who=author, origin="web")
        return "The silence is ended." if ended else "That silence has ended already."

    async def requeue(self, delivery_id: int, author: str) -> str:
        """Send a held or refused message again; return what was done."""
        changed = await SqlSent(self.database).requeue([delivery_id], self.clock.now(), who=author, origin="web")
        return "The message is sent again." if changed else "That message no longer waits for a decision."

    async def release(self, delivery_id: int, author: str) -> str:
        """Record that a held message did arrive; return what was done."""
        changed = await SqlSent(self.database).release([delivery_id], self.clock.now(), who=author, origin="web")
        return "Noted: the message did arrive." if changed else "That message no longer waits for a decision."

"""A Slack to test against: a real HTTP and WebSocket server on loopback that behaves as Slack documents, and refuses
what Slack refuses. `README.md` beside this file says what it does and how to make it fail."""

from tests.support.fake_slack.faults import Fault, Faults
from tests.support.fake_slack.server import FakeSlack
from tests.support.fake_slack.workspace import APP_TOKEN, BOT_TOKEN, Workspace

__all__ = ["APP_TOKEN", "BOT_TOKEN", "FakeSlack", "Fault", "Faults", "Workspace"]

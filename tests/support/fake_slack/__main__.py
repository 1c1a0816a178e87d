"""A Slack to point a daemon at.

Usage: `python -m tests.support.fake_slack --port 8065 --channels desk,alerts [--chaos SEED]`.
"""

import argparse
import asyncio
import contextlib

from tests.support.fake_slack.faults import CHAOS, Faults
from tests.support.fake_slack.server import FakeSlack
from tests.support.fake_slack.workspace import APP_TOKEN, BOT_TOKEN


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until interrupted."""
    faults = Faults() if arguments.chaos is None else Faults(rates=dict(CHAOS), seed=arguments.chaos)
    async with FakeSlack(faults=faults, port=arguments.port) as slack:
        slack.pace.enforced = not arguments.unlimited
        for name in arguments.channels.split(","):
            slack.workspace.add_channel(name)
        hook = slack.workspace.add_webhook("fake", next(iter(slack.workspace.channels.values())))
        print(f"slack.api_url: {slack.api_url}", flush=True)
        print(f"SLACK_BOT_TOKEN={BOT_TOKEN}\nSLACK_APP_TOKEN={APP_TOKEN}", flush=True)
        print(f"SLACK_WEBHOOK_URL={slack.webhook_url(hook)}", flush=True)
        print(f"messages: {slack.api_url.replace('/api/', '/_fake/messages')}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.fake_slack", description=__doc__)
    parser.add_argument("--port", type=int, default=8065)
    parser.add_argument("--channels", default="alerts,desk", help="names, separated by commas")
    parser.add_argument("--unlimited", action="store_true", help="no rate limits")
    parser.add_argument("--chaos", type=int, metavar="SEED", help="fail as often as in the chaos test")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

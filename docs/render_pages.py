"""Take the pictures of the desk in docs/pictures from a running demo.

Usage: `python -m docs.render_pages ADDRESS`, with a demo started by `wirewatch demo --stay`. Needs the system's Chromium.
"""

import json
import sys
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
SIZE = {"width": 1180, "height": 760}


def pages(address: str) -> dict[str, str]:
    """Return what to show: the stories, the story of most outlets, and its first article."""
    with urlopen(f"{address}/api/v1/stories") as answer:
        stories = json.load(answer)["items"]
    largest = max(stories, key=lambda story: story["reports"])
    with urlopen(f"{address}/api/v1/stories/{largest['id']}") as answer:
        story = json.load(answer)
    return {
        "now": "/",
        "story": f"/stories/{largest['id']}",
        "article": f"/articles/{story['reports'][0]['article']}",
    }


def main(address: str) -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light", timezone_id="Europe/Berlin")
        for name, path in pages(address).items():
            page.goto(f"{address}{path}")
            page.wait_for_timeout(500)
            page.screenshot(path=FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))

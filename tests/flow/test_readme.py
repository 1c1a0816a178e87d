"""What the README tells a newcomer to write works as written."""

import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from monitor.cli.main import main

ROOT = Path(__file__).parents[2]


def test_the_first_watchlist_edit_is_valid_and_finds_its_example(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    [watchlist] = [block for block in blocks if block.startswith("watchlist:")]
    (config / "watchlists" / "energy.yml").write_text(watchlist, encoding="utf-8")
    checked = CliRunner().invoke(main, ["check", "--config", str(config)])
    assert checked.exit_code == 0, checked.output
    said = [line for line in checked.output.splitlines() if "energy.yml" in line]
    assert all("no term is in a language of these sources" in line for line in said), "advice, nothing else"
    news = "Sabotage suspected after blast at gas pipeline\n"
    matched = CliRunner().invoke(main, ["match", "-", "--config", str(config)], input=news)
    assert "matches pipeline-attacks" in matched.output

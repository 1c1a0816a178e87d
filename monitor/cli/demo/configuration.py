"""Write the demo's configuration: the shipped topics over the invented outlets' feeds."""

import json
from pathlib import Path
from shutil import copytree

from monitor.cli.demo.world import World
from monitor.config.defaults import default_config_dir


def write_configuration(folder: Path, world: World, port: int) -> None:
    """Write a whole configuration into `folder`; JSON is YAML."""
    copytree(default_config_dir(), folder, dirs_exist_ok=True)
    _write(
        folder / "wirewatch.yml",
        {
            "database": f"sqlite:///{folder / 'demo.db'}",
            "http": {
                "allow_networks": ["127.0.0.0/8"],
                "allow_ports": [port],
                "per_host": {"concurrency": 4, "delay": "0s"},
            },
            "poll": {"default_every": "1s", "minimum_every": "1s"},
        },
    )
    _write(
        folder / "feeds.yml",
        {
            "feeds": [
                {
                    "key": outlet.key,
                    "url": f"http://{outlet.host}:{port}/feed.xml",
                    "language": outlet.language,
                    "tier": outlet.tier,
                    "every": "1s",
                }
                for outlet in world.outlets
            ]
        },
    )


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")

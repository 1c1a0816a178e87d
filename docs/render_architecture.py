"""Draw docs/architecture.svg from the imports of the code.

Usage: `python -m docs.render_architecture`. Boxes are the packages of `monitor` and `storage`, one row a layer; an
arrow points from a package to one it imports.
"""

import ast
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
LAYERS = (("cli", "web"), ("app",), ("engine",), ("steps", "adapters", "config", "storage"), ("ports",), ("domain",))
"""Top to bottom, as the layers contract of import-linter in pyproject.toml."""

_WIDTH, _MARGIN, _GAP, _LINE = 1040, 24, 56, 17
_STYLE = """
.page { fill: #fff } text { font: 13px system-ui, sans-serif; fill: #1c2733 } .name { font-weight: 600; font-size: 15px }
.box { fill: #f4f7fa; stroke: #51677d; stroke-width: 1.2 } .arrow { stroke: #8aa0b5; fill: none; opacity: .75 }
@media (prefers-color-scheme: dark) {
  .page { fill: #10171e } text { fill: #dbe4ec } .box { fill: #1b2530; stroke: #8aa0b5 } .arrow { stroke: #6c8298 }
}
"""


def imports(root: Path) -> set[tuple[str, str]]:
    """Return the pairs (importing package, imported package)."""
    packages = {name for layer in LAYERS for name in layer}
    found: set[tuple[str, str]] = set()
    for path in (*(root / "monitor").rglob("*.py"), *(root / "storage").rglob("*.py")):
        package = _package(".".join(path.relative_to(root).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                target = _package(node.module)
                if package in packages and target in packages and package != target:
                    found.add((package, target))
    return found


def _package(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] == "storage":
        return "storage"
    return parts[1] if parts[0] == "monitor" and len(parts) > 1 and parts[1] != "__main__" else None


def _rooms(package: str) -> list[str]:
    folder = ROOT / ("storage" if package == "storage" else f"monitor/{package}")
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and (path / "__init__.py").exists())


def _wrapped(rooms: list[str], characters: int) -> list[str]:
    lines = [""]
    for room in rooms:
        if lines[-1] and len(lines[-1]) + len(room) + 2 > characters:
            lines.append("")
        lines[-1] += f"{'  ' if lines[-1] else ''}{room}"
    return [line for line in lines if line]


def picture() -> str:
    """Return the SVG text of the architecture picture."""
    boxes: dict[str, tuple[float, float, float, float]] = {}
    words: list[str] = []
    top = float(_MARGIN)
    for layer in LAYERS:
        width = (_WIDTH - 2 * _MARGIN - 20 * (len(layer) - 1)) / len(layer)
        texts = {name: _wrapped(_rooms(name), int(width / 7.4)) for name in layer}
        height = 34 + _LINE * max(len(lines) for lines in texts.values())
        for place, name in enumerate(layer):
            left = _MARGIN + place * (width + 20)
            boxes[name] = (left, top, width, height)
            words.append(
                f'<rect class="box" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height}" rx="8"/>'
            )
            words.append(f'<text class="name" x="{left + 12:.0f}" y="{top + 22:.0f}">{escape(name)}</text>')
            words += (
                f'<text x="{left + 12:.0f}" y="{top + 42 + _LINE * number:.0f}">{escape(line)}</text>'
                for number, line in enumerate(texts[name])
            )
        top += height + _GAP
    arrows = [_arrow(boxes[a], boxes[b]) for a, b in sorted(imports(ROOT))]
    size = f'viewBox="0 0 {_WIDTH} {top - _GAP + _MARGIN:.0f}"'
    marker = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#8aa0b5"/></marker></defs>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Packages and their imports">'
    page = '<rect class="page" width="100%" height="100%"/>'
    return "\n".join((head, f"<style>{_STYLE}</style>", marker, page, *arrows, *words, "</svg>", ""))


def _arrow(start: tuple[float, float, float, float], end: tuple[float, float, float, float]) -> str:
    x1, y1 = start[0] + start[2] / 2, start[1] + start[3]
    x2, y2 = end[0] + end[2] / 2, end[1]
    middle = (y1 + y2) / 2
    path = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
    return f'<path class="arrow" d="{path}" stroke-width="1.3" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")

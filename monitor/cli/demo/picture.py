"""Draw what the terminal showed as an SVG file."""

import re
import sys
from io import StringIO
from typing import TextIO

from rich.console import Console
from rich.text import Text

_COLUMNS = 110
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rich would have every viewer fetch a font from elsewhere."""


class _Tee(StringIO):
    """A file that keeps what is written and passes it on."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out

    def write(self, text: str) -> int:
        """Keep the text, and pass it on."""
        self._out.write(text)
        return super().write(text)

    def flush(self) -> None:
        """Flush the file behind."""
        self._out.flush()


def recorded_console(out: TextIO | None = None) -> Console:
    """Return a console whose output can be drawn with `drawing`.

    rich's own recorder misses what is printed by way of a capture, as the console's alerts are.
    """
    return Console(
        file=_Tee(out or sys.stdout), highlight=False, force_terminal=True, color_system="truecolor", width=_COLUMNS
    )


def drawing(console: Console) -> str:
    """Return the output of a console made by `recorded_console` as SVG."""
    shown = console.file
    assert isinstance(shown, _Tee), "made by recorded_console"
    recorder = Console(file=StringIO(), record=True, force_terminal=True, color_system="truecolor", width=_COLUMNS)
    recorder.print(Text.from_ansi(shown.getvalue()))
    return _FONTS.sub("", recorder.export_svg(title="wirewatch demo"))

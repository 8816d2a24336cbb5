"""Draws docs/pictures/first-run.svg: what a terminal shows of the first run on seeds/, and of one document with its cuts.

python -m benchmarks.picture
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "pictures" / "first-run.svg"
WIDTH = 112
SHOWN = "port-lassel-seagrass.txt"
FONT_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def main() -> None:
    winnow = str(Path(sys.executable).parent / "winnow")
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        for arguments in (["ingest", "seeds", "--into", "corpus"], ["show", SHOWN, "--cuts", "--corpus", "corpus"]):
            console.print(Text(f"$ winnow {' '.join(arguments)}", style="bold green"))
            given = [str(ROOT / "seeds") if argument == "seeds" else argument for argument in arguments]
            done = subprocess.run([winnow, *given], cwd=folder, env=environment, capture_output=True, text=True, check=True)
            console.print(Text.from_ansi(done.stdout))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    # A picture that loads nothing: the font of the reader's system stands in for the one on a server.
    TARGET.write_text(FONT_FACE.sub("", console.export_svg(title="winnow")), "utf-8")


if __name__ == "__main__":
    main()

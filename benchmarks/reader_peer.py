"""lemon24/reader polling feeds, in a process of its own: as it comes, beside nobody else's objects and settings.

    python -m benchmarks.reader_peer FOLDER

Reads one line, a JSON list of lists of addresses; then, for each further line, the number of such a list, it polls the
feeds of that list and answers with a line. At the end it says what it has kept.
"""

import json
import sys
from pathlib import Path

import reader


def main() -> None:
    """Poll as asked on standard input."""
    peer = reader.make_reader(str(Path(sys.argv[1]) / "reader.db"))
    for number, urls in enumerate(json.loads(sys.stdin.readline())):
        for url in urls:
            peer.add_feed(url)
            peer.set_tag(url, f"part{number}")
    for line in sys.stdin:
        for _ in peer.update_feeds_iter(tags=[f"part{int(line)}"], scheduled=False, workers=8):
            pass
        print("polled", flush=True)
    failed = peer.get_feed_counts(broken=True).total
    print(f"reader kept {peer.get_entry_counts().total} entries; {failed} feeds failed")
    peer.close()


if __name__ == "__main__":
    main()

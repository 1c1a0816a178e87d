"""`scripts/reliability`: writes docs/reliability.md."""

from tests.reliability.table import PLACE, page

if __name__ == "__main__":
    PLACE.write_text(page(), encoding="utf-8")

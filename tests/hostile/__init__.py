"""What somebody who means harm, or a broken exporter, would send. Cases are data; `tests/test_hostile.py` sends them through every door.

``TEXTS`` are words by name: of items, queries, notes. ``FILES`` are whole uploads by name, each made when asked for.
"""

from tests.hostile.files import FILES, PICTURES
from tests.hostile.texts import TEXTS

__all__ = ["FILES", "PICTURES", "TEXTS"]

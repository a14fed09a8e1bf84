"""Files that do harm or are broken, each with the one outcome that docs/hostile-files.md promises."""

from __future__ import annotations

from tests.hostile import archives, delimited, places, records, workbooks

KINDS = (*delimited.KINDS, *workbooks.KINDS, *records.KINDS, *archives.KINDS, *places.KINDS)

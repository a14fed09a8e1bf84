"""What a dataset has landed so far, from its manifests alone: contents, slices in force, watermark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingestion.batches import COLUMNS, DATA, Batch, Manifest, batches_in, dataset_folder
from warehouse.contracts import Contract
from warehouse.settings import Settings


@dataclass(frozen=True)
class History:
    """Batches of one dataset in every state, oldest first within each state."""

    contract: Contract
    folder: Path
    batches: tuple[Batch, ...]

    @property
    def columns_file(self) -> Path:
        """The empty file that gives the dataset its columns, as text."""
        return self.folder / COLUMNS / DATA

    @cached_property
    def committed(self) -> tuple[Batch, ...]:
        """Batches that the store reads, oldest first."""
        return tuple(b for b in self.batches if b.state == "committed")

    @cached_property
    def held(self) -> tuple[Batch, ...]:
        """Batches that wait for a person."""
        return tuple(b for b in self.batches if b.state == "held")

    @cached_property
    def slices(self) -> dict[str, Batch]:
        """For each slice the batch in force: the latest that holds it."""
        return {name: batch for batch in self.committed for name in batch.manifest.slices}

    @cached_property
    def in_force(self) -> tuple[Batch, ...]:
        """Batches of which at least one slice is in force, oldest first."""
        current = {batch.manifest.batch_id for batch in self.slices.values()}
        return tuple(b for b in self.committed if b.manifest.batch_id in current)

    @cached_property
    def standing(self) -> tuple[Batch, ...]:
        """Batches whose rows, read again, say nothing new: in force, held or rejected."""
        return (*self.in_force, *(b for b in self.batches if b.state != "committed"))

    @property
    def rows_in_force(self) -> int:
        """Rows of all slices in force."""
        return sum(batch.manifest.slices[name] for name, batch in self.slices.items())

    @property
    def latest(self) -> Manifest | None:
        """The last committed batch."""
        return self.committed[-1].manifest if self.committed else None

    def knowing(self, content_hash: str, extraction: str, slice_name: str | None = None) -> Batch | None:
        """The batch that makes a file's content, extracted the same way, nothing new.

        It is in force, held or rejected; or it is of another slice than `slice_name`, whose copy this is; or it
        is what its file still holds, though another file of the slice has taken its place. A file that goes back
        to what it once was is new.
        """
        in_force = {batch.manifest.batch_id for batch in self.in_force}
        of_files = {batch.manifest.source_file: batch.manifest.batch_id for batch in self.committed}
        in_force |= set(of_files.values()) if slice_name is not None else set()
        for batch in self.batches:
            manifest = batch.manifest
            if (manifest.content_hash, manifest.extraction) != (content_hash, extraction):
                continue
            is_copy = slice_name is not None and slice_name not in manifest.slices
            if batch.state != "committed" or manifest.batch_id in in_force or is_copy:
                return batch
        return None

    @property
    def watermark(self) -> str | None:
        """The greatest value of the watermark column that was landed, as manifests write it."""
        seen = [b.manifest.watermark for b in self.committed if b.manifest.watermark is not None]
        if self.contract.watermark is None or not seen:
            return None
        return max(seen, key=self._order)

    def _order(self, value: str) -> tuple[float, str]:
        column = next(c for c in self.contract.columns if c.name == getattr(self.contract.watermark, "column", None))
        # days and times are written so that they sort as text
        return (float(value), "") if column.logical_type in ("integer", "number") else (0.0, value)


def read_history(settings: Settings, contract: Contract) -> History:
    """The history of a dataset as its folder tells it now."""
    folder = dataset_folder(settings, contract)
    return History(contract, folder, tuple(batches_in(folder)))

"""Text as sources write it: legacy encodings of Vietnamese found by column, converted, and every change listed."""

from ingestion.text.repairs import Conversion, convert

__all__ = ["Conversion", "convert"]

"""The sample province: sources with known faults, made from a seed, and their ground truth."""

from ingestion.sample.make import SampleSummary, make_sample

__all__ = ["SampleSummary", "make_sample"]

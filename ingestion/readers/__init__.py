"""Readers: a source becomes a DuckDB table of text cells, with the number of each row.

A file reader leaves a temporary table `cells` (_row_number, c0, c1, …) and returns its first rows;
ingestion/tabulate.py makes the dataset's columns of it. A database reader selects them at the source.
"""

"""Readers: a source becomes text cells, numbered as the source numbers its rows.

Files come in through files.py, whatever their format: it hands tables of cells (tables.py) to ingestion/tabulate.py.
A database reader selects the contract's columns at the source.
"""

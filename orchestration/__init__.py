"""Dagster and the command line, nothing else: the one package that may import Dagster."""

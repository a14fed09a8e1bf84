"""The same as `warehouse.model_sql`, under the name that tests knew it by."""

from warehouse.model_sql import model_sql

__all__ = ["model_sql"]

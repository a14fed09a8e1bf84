"""From a source to landing files. Imports `warehouse` only, never Dagster."""

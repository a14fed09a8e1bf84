"""What is missing, whose it is, and what they are told. Imports `warehouse` only, never Dagster."""

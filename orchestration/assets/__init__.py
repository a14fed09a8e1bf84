"""Assets, one module a stage: reference, landing, store, quality, reports, release. Thin: the work is in the packages below."""

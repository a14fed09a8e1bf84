"""Assets, one module a stage. Thin: the work is in the packages below."""

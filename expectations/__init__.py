"""Expectations: what is missing in each database, whose it is, and what they are told."""

"""Where data rests and how it is read: settings, profiles, contracts, connections, releases.

This package is the lowest layer: it imports none of the others, and never Dagster.
"""

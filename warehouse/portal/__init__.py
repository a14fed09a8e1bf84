"""The read-only door to the releases: one Vietnamese page, and the files with stable addresses."""

from warehouse.portal.app import create_app

__all__ = ["create_app"]

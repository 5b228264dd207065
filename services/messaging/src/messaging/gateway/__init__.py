"""Carriers that take texts."""

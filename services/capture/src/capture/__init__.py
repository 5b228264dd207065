"""Capture: takes the callbacks of carriers, owns organizations, numbers and calls."""

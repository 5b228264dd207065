"""Reminders: planned texts that belong to a visit or to a missed call."""

"""Messaging: homeowners, leads, threads, and every text that leaves."""

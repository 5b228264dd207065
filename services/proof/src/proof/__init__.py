"""Proof: the ledger of everything that happened."""

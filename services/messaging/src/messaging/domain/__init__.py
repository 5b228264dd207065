"""Pure rules: whether a text may leave, and whose turn it is."""

"""Pure rules: the story of a call, who calls, whose signature it is."""

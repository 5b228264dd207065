"""A simulated year of several shops: what happens, what the world writes down, and an independent look at it afterwards.

Nothing in `journal`, `areas`, `sayings`, `calendar` and `look_*` imports the code whose doings are looked at.
"""

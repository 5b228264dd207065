"""What can go wrong around the engines, said in one line for the person at the terminal."""


class LaptopError(Exception):
    """One clear sentence: what is wrong and what to do about it."""

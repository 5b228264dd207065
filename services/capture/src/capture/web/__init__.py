"""Routes of the carriers, and the pages of sign-in, members and settings."""

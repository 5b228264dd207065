"""Pages and public documents."""

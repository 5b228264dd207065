"""What all pages share: the base page, components, static files."""

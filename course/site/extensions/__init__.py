"""What the site needs beyond Sphinx's own extensions, one idea a file."""

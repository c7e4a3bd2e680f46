"""What students get and run: the bundle, public checks, handing in. Needs no sandbox."""

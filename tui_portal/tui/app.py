"""The terminal application itself."""

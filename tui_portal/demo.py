"""The demo firm: always the same."""

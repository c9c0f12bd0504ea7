"""Dialogs: each is dismissed with a value."""

"""tui_portal: who of a firm's clients may log in to the client portal, and what mail they get."""

__version__ = "0.1.0"

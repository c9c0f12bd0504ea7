"""Messages and sockets: composing mail and handing it over. Knows no tables."""

"""The words and rules of the product. Nothing here knows a database, a socket or a screen."""

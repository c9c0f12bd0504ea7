"""The pages that a client sees in a browser."""

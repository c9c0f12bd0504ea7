"""The database: opening it, its schema and models, its write transactions and its one-thread lane."""

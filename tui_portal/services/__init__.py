"""The use cases: one use case is one function is one transaction. Plain values in, plain dataclasses out."""

"""The pieces that screens and dialogs are made of."""

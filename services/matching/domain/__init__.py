"""What makes two territories good partners: pure rules, with no I/O, no FastAPI and no SQL."""

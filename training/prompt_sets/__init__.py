"""Prompt sets: read from files or written for principles, and which principle each prompt exercises."""

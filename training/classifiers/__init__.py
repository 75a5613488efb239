"""Classifiers from a constitution: examples of what principles permit and restrict, and what they teach."""

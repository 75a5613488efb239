"""Critique and revision beside the asking: flags, the judge, the smoke set, and pages of dialogues."""

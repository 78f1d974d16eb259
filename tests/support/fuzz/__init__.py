"""Inputs that nobody would write, of every kind that the project reads."""

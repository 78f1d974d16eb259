"""The steps of `make setup`, one module for each; they use only the standard library."""

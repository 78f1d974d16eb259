"""The steps of `make setup`, one module a step; standard library only."""

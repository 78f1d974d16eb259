"""The life of a small environment in the real engine, with one fault at one step: what a second run makes of it."""

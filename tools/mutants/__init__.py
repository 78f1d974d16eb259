"""Mutation testing of the core: mutmut makes the mutants, and these modules try them against the tests.

mutmut's own runner puts every function behind a trampoline. That leaves out properties, constants and defaults, and needs the
package at the top of the tree. Here a mutant is the file as mutmut would have it, so nothing is left out.
"""

"""A change, judged: what it opens and closes, which rules change, and what wants an approval.

Compares the configuration of two Git revisions by meaning, not by text. Imports `proof`, `config`
and what is below them; prints nothing.

For example a new endpoint `*.example.com` is one newly allowed set of names with a witness, and a
finding until the change approves it.
"""

"""What the documentation site needs beside MkDocs: `mkdocs.yml` names `hooks.py`, which calls the rest."""

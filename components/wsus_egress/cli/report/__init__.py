"""`wsus-egress report`: one self-contained HTML page with a search box.

The page answers a URL as `explain` does, from tables that `lookup` writes. Imports `review` and what
is below it.

For example `as_html.report(analyses)` returns the whole page as text.
"""

"""`wsus-egress comment`: one comment on a pull request, written anew with each run.

Speaks the REST APIs of GitHub, GitLab and Azure DevOps with the standard library. Imports `problems`
and `cli.output`.

For example a second run finds the first one's hidden marker and edits that comment.
"""

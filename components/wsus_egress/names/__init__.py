"""Host names, patterns and exact sets of names.

Everything here is about text: what a valid host name is, which names `*.example.com` has, and the
union, intersection and difference of such sets without sampling. Imports nothing of the package.

For example `NameSet.of([Pattern.parse("*.example.com")])` holds `a.b.example.com` and not
`example.com`.
"""

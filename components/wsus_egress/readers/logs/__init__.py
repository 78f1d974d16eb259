"""Firewalls' and clients' log files as one kind of record: who asked for what, and whether it passed.

One module a family of formats; `files` recognises them by content. For example a line of a Network Firewall's
alert log becomes `LogRecord("10.20.0.10", "crl.microsoft.com", 80, "http", "blocked", ...)`. What a policy says of a record
is not decided here.
"""

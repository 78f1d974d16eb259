"""Rules as terms: which flows each is about, and what the first that fits does with them.

`suricata_text.parse` reads a Suricata rule, `suricata_terms.terms_of` says what it means for who opens
a connection, and `chain.Chain` decides by the first term that fits. Imports `controls`, `model` and
`names`.

For example `pass tls $HOME_NET any -> any 443 (tls.sni; content:".example.com"; endswith; sid:1;)`
becomes one term that allows TLS on port 443 for every name below `example.com`.
"""

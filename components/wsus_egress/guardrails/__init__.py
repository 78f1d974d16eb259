"""Rules for any stack: nothing in it widens the WSUS policy of the servers it covers."""

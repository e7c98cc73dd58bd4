"""One file for each command that needs no ledger of its own."""

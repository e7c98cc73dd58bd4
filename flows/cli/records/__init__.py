"""Commands that read the ledger, look after it, or put it right."""

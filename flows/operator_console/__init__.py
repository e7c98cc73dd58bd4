"""The operator console: a web page on this computer, served from the ledger; it owns no state."""

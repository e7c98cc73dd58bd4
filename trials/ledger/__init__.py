"""The ledger: the append-only record of every trial, chained, and proved on the way in and out."""

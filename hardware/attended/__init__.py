"""What a press needs that a person operates: memory, words, judgement of entries, logs."""

"""What is believed of resistance and failure: arrays in, posterior out."""

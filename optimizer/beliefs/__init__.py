"""What is believed of one quantity and of failing, and how it comes of the stacks."""

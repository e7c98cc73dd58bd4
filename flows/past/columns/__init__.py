"""Which column of a lab's sheet is which quantity, and its numbers in the units of pressloop."""

"""How a stack is valued before it is pressed: a folder of acquisitions, one file each.

A file has `gain(beliefs, points, pending, offset_of, seed)`: what one more stack at each of points
(m, d) is worth while those at pending (k, d) are under way, shape (m,), zero or more.
`offset_of(beliefs, points)` is what the objective adds to ln R. The search itself multiplies by the
chance of survival and divides by the cost.
"""

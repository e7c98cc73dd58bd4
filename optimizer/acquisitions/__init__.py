"""How a stack is valued before it is pressed: a folder of acquisitions, one file each.

A file has `build(models, X_pending, *, seed)`: a `botorch.acquisition.AcquisitionFunction` that
takes X (m, 1, d) in the unit cube and returns ln of what one more stack at each of them is worth
while those at X_pending (k, d) are under way, shape (m,). The search itself adds the logarithm of
the chance of survival and takes off the cost.
"""

"""Yardsticks of ln R, one file each.

y is ln R, and `fit` gives a function of recipes (m, d) to the `Prediction` of one more stack, its
scatter included."""

"""Yardsticks of crushing, one file each.

y is 1 where a stack was crushed, else 0, and `fit` gives a function of recipes (m, d) to the chance
that one more stack is crushed, shape (m,)."""

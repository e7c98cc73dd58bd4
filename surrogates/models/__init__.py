"""Surrogates of ln R, one file each; the file name is the name in the settings.

A file has `fit(data, prior, *, seed)`: a `botorch.models.model.Model` of one output for

- `data`, a `botorch.utils.datasets.SupervisedDataset`: X (n, d + 1) the unit cube and, last, the
  group of the row (0 is the lot and operator that recipes are wanted for); Y (n, 1) in ln(ohm cm2);
  Yvar (n, 1) the variance of Y that readings state, 0 where they state none;
- `prior`, a `pressloop.surrogates.parts.prior.Prior`, which a model may leave alone.

`posterior(X)` takes X (..., q, d) without the group column and answers for group 0;
`posterior(X, observation_noise=True)` is of one more stack.
"""

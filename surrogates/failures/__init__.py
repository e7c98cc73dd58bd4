"""Models of one way to fail, one file each; the file name is the name in the settings.

A file has `fit(readings, labels, prior, *, seed)`: a `botorch.models.model.Model` of one output f,
above 0 where a stack fails, for

- `readings`, a `SupervisedDataset` or None: X (n, d + 1) the unit cube and, last, the group of the
  row; Y (n, 1) readings of f, of crushing ln(H/H*) with the hazard H = -ln(1 - D) of a damage index
  D and H* that of the index above which a stack counts as crushed; Yvar (n, 1) their variance;
- `labels`, a `SupervisedDataset` or None: X as above, Y (n, 1) 1 where a stack failed, else 0;
- `prior`, a `pressloop.surrogates.parts.prior.ThresholdPrior`, which a model may leave alone.

`posterior(X)` takes X (..., q, d) without the group column and answers for group 0;
`posterior(X, observation_noise=True)` is of one more stack, which fails with the probability that
its f is above 0, unless the model has `failure_probability(X)`, X (m, d) to (m,), of its own.
"""

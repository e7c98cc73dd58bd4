"""Answers from memory are the answers of the points asked for, whatever happened to them since."""

import torch

from surrogates.last_few import REMEMBERED, LastFew


def test_the_same_points_are_answered_once_until_they_change():
    memory, asked = LastFew(), []

    def total(x):
        asked.append(x.shape)
        return float(x.sum())

    x = torch.ones(3, 2)
    assert [memory.of(x, total), memory.of(x, total)] == [6.0, 6.0]
    assert len(asked) == 1
    x += 1.0
    assert memory.of(x, total) == 12.0


def test_other_views_of_the_same_memory_are_other_points():
    memory, x = LastFew(), torch.arange(4.0).reshape(2, 2)
    first = memory.of(x, lambda points: points[0].tolist())
    assert (first, memory.of(x.T, lambda points: points[0].tolist())) == ([0.0, 1.0], [0.0, 2.0])


def test_points_that_are_gone_are_not_mistaken_for_new_ones_at_their_address():
    memory = LastFew()
    for n in range(5 * REMEMBERED):
        assert memory.of(torch.full((2,), float(n)), lambda x: float(x[0])) == n

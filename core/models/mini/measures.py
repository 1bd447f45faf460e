"""Precision at k over vectors: how much of what comes first shares the query's family, concept or unit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def precision_at(
    queries: Tensor,
    documents: Tensor,
    asked: Sequence[int],
    found: Sequence[int],
    *,
    by: Sequence[int],
    depths: Sequence[int] = (5,),
) -> float:
    """Mean precision over queries and depths.

    Args:
        queries, documents: vectors, shapes (q, d) and (n, d).
        asked, found: the family of each query and of each document.
        by: for each family, the class that makes two of them relevant to each other.
    """
    order = (queries @ documents.T).argsort(dim=1, descending=True, stable=True)
    return float(torch.stack([hits(order, asked, found, by=by, depth=depth).mean() for depth in depths]).mean())


def hits(order: Tensor, asked: Sequence[int], found: Sequence[int], *, by: Sequence[int], depth: int) -> Tensor:
    """The precision at one depth of each query's ranking (rows of document numbers), shape (q,)."""
    classes = torch.tensor(by)
    wanted, given = classes[torch.tensor(asked)], classes[torch.tensor(found)]
    return (given[order[:, :depth]] == wanted[:, None]).float().mean(dim=1)

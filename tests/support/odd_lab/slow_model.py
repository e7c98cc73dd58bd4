"""A model in whose serialisation a signal comes, of which pydantic makes an error of its own."""

from __future__ import annotations

import os
from typing import Any

from pydantic import BaseModel, model_serializer


class Slow(BaseModel):
    """Its serialisation meets a signal."""

    number: int

    @model_serializer
    def plain(self) -> dict[str, Any]:
        """See pydantic."""
        os.kill(os.getpid(), self.number)
        return {}

"""Hioki IM3536, 4 Hz to 8 MHz."""

from __future__ import annotations

from pressloop.hardware.scpi.hioki import hioki

DIALECT = hioki("IM3536", 4.0, 8e6)

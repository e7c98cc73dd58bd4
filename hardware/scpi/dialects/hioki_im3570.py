"""Hioki IM3570, 4 Hz to 5 MHz; taken to speak as the IM3536 does."""

from __future__ import annotations

from pressloop.hardware.scpi.hioki import hioki

DIALECT = hioki("IM3570", 4.0, 5e6)

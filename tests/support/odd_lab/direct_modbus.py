"""The shipped Modbus driver without its supervisor: opened in the test's own process."""

from pressloop.hardware.presses.modbus import connect

__all__ = ["connect"]

"""Presses whose PLC speaks Modbus: orders, snapshots and proofs."""

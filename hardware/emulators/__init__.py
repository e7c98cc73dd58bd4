"""Machines that speak the real protocols over a socket, for rehearsals and tests."""

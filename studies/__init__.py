"""How far can past data be trusted, and what would have happened? Trials in, findings out.

Every part is a pure function of its data, its options and a seed; none touches a press.
"""

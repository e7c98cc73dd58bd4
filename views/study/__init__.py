"""The study report: one section a part, each made from that part's findings."""

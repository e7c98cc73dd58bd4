"""The picture of a report for the first page of the documentation."""

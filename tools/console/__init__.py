"""The console in a real browser: driven by tests, and pictured for the documentation."""

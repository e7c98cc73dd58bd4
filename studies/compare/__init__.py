"""Which model predicts best, and is that sure?"""

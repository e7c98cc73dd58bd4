"""What matters: recipe, lot, operator, held pressure; and do the readings make physical sense?"""

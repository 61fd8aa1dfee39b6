"""What expressions can be at run time.

`model` holds the values, `names` who is meant by a name, `evaluator` turns expressions into values.
"""

"""What expressions can be.

`model` holds the values, `names` who is meant by a name (over `scopes`, `flow` and `callgraph`), `evaluator` turns
expressions into values (with `variables`, `attributes`, `calls` and `operators`), `objects` tells what happens to an
object after its construction. What is known of the languages' own functions is in tables: `builtins`, `texts`,
`moments`, `environment`.
"""

"""What expressions can be.

`model` holds the values, `names` who is meant by a name (over `scopes`, `flow` and `callgraph`), `evaluator` turns
expressions into values (with `variables`, `attributes`, `calls` and `operators`), `objects` tells what happens to an
object after its construction. What is known of the languages' own functions is in tables: a module for each language
(`dialects` says when it is needed), `builtins` for what they begin with, and what several of them share in
`conversions`, `texts`, `moments`, `spans` and `environment`.
"""

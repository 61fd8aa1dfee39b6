"""From syntax and values to facts: one module per kind of fact."""

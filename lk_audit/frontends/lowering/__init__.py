"""From a parser's tree to syntax: what the frontends of several languages share."""

"""What LiveKit means: SDKs, grants, lifetimes, credentials, tokens. Knows no parser, no syntax, no files."""

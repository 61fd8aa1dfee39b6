"""A scan from what is asked for to the report: of files on disk, of what git holds, of text in an editor."""

"""How the files of a project hang together: what an import means, who uses what, what comes from elsewhere."""

"""What frontends of data formats share."""

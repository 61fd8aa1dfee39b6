"""What a scan takes of the machine: processes, memory, processor time. Knows nothing of what is done with them."""

"""What a scan found out, kept for the next one: nothing that has not changed is read or analysed again.

Imported only where a scan may use it. docs/decisions/0015-cache.md says what is kept, where, and why that is sound.
"""

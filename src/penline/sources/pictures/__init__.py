"""Pictures of single characters in any form: their ink, their labels, and how they were understood.

`ink` and `deciding` tell ink from paper, once for a whole collection; `unit` gives records of what
any source of labelled pictures yields; `understood` says in words how a collection was read.
"""

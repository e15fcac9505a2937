"""One lock for all that changes operations for a while: rounding made on purpose, rules watched, rules broken.

Two threads that do so at once would each put back what the other had put there.
"""

from threading import RLock

changing_operations = RLock()
"""Held, as a context, from before an operation's rules or kernels are replaced until they are back."""

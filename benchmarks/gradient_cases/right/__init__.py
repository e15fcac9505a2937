"""Right gradients: of every function, and where checkers go astray."""

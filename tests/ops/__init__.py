"""Every primitive the engine declares, on samples from one table."""

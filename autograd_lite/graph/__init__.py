"""The recorded graph as data, and pictures of it."""

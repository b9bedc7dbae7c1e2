"""Share tables with a known ranking, and what happens to them in real life."""

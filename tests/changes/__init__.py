"""Known tables with the changes that people and programs make, and what is read of them."""

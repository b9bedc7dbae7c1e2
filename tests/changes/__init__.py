"""Known tables with the changes that people, spreadsheets and exports make, and what is read of them."""

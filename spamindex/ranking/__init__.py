"""Shares to indexes, and how sure they are: frames in, frames out."""

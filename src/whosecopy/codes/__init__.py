"""Codewords, scores and decisions: our own coin flips, and what a leak says of them."""

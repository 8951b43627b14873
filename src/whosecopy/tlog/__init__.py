"""Merkle trees as in RFC 6962: commitments that can be opened one leaf at a time."""

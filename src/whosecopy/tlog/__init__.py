"""The transparency log, as functions from bytes to bytes; `docs/spec/log.md` says the same to the byte.

In reading order: `merkle` (hashes, checks of proofs), `proofs` (making them), `tiles` (the log as files), `note`
(signatures), `checkpoint` (what a log says of itself), `witness` and `stamp` (what others say of it). `strict`
reads base64 and numbers.
"""

"""Check a bundle without the vault it came from: small, offline, and described in `docs/spec/bundle.md`."""

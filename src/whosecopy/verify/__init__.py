"""Check a bundle without the vault it came from: small, offline, and described in `docs/spec/bundle.md`.

Reading order: `values` says what is in a bundle, `archive` how it is written, `envelope` who signed it,
`records` checks the log, `commitments` what was fixed at seal, `arithmetic` the numbers, `reread` the reading;
`check` calls them in this order.
"""

from whosecopy.verify.check import Finding, Trusted, verify

__all__ = ["Finding", "Trusted", "verify"]

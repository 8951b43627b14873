"""Approvals of changes: none serves for the same change made a second time."""

from whosecopy.vault.people import policy
from whosecopy.vault.people_approvals import expiry
from whosecopy.vault.people_changes import change_policy
from whosecopy.vault.people_keys import Signer, load_signing_key

NOW = "2031-05-06T07:08:09+00:00"


def test_approvals_of_lowering_the_policy_do_not_lower_it_again_after_it_was_raised(council):
    signers = {
        name: Signer(name, load_signing_key(council.desk.home / f"{name}.key")) for name in ("ann", "ben", "cid")
    }

    def change(vault, approvals, *names):
        done = [change_policy(vault, approvals, signers[name], NOW, expiry(NOW, 500)).done for name in names]
        return done[-1]

    with council.desk.vault() as vault:
        assert change(vault, 3, "ann", "ben")
        assert change(vault, 2, "ann", "ben", "cid")
        assert change(vault, 3, "ann", "ben")
        assert not change(vault, 2, "cid"), "one signature and what others signed for the last time"
        with vault.snapshot() as tx:
            assert policy(tx) == 3

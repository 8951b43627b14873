"""`calibrate`, `bench several`, `bench organisations`: what they print and what they never touch."""

import pytest
from sqlalchemy import update

from whosecopy.model import Recipient
from whosecopy.vault import tables
from whosecopy.vault.events import record

KEYS = {"what", "peer", "ours", "theirs", "ratio", "limit_ratio"}


@pytest.fixture
def measured(memo):
    """A vault whose keys of codewords are destroyed, calibrated: no issued copy can be in it."""
    desk, sealed = memo
    with desk.vault() as vault, vault.transaction() as tx:
        tx.connection.execute(update(tables.versions).values(secrets=b"gone"))
        record(tx, "test", {}, "2031-05-06T07:08:09Z")
    report = desk.home / "calibration.html"
    return desk, sealed, desk.ok("calibrate", "--trials", "2", "--report", report), report


def test_calibration_needs_no_key_of_any_issued_copy_and_says_what_was_promised(measured):
    _, sealed, answer, report = measured
    (one,) = answer["documents"]
    assert (one["id"], one["recipients"], one["alpha"]) == (sealed.id, 20, 1e-6)
    channels = {row["attack"]: row for row in one["power"]}
    assert channels["paste"]["named"] == channels["paste"]["traces"] == 2
    assert all(row["low"] <= row["named"] / row["traces"] <= row["high"] for row in one["power"])
    assert (one["wrong"], one["traces"]) == (0, sum(row["traces"] for row in one["power"]))
    assert one["errors"][-1]["source"] == "all together"
    assert one["errors"][-1]["traces"] == 20
    page = report.read_text()
    assert "0 wrong names in" in page
    assert "<script" not in page


def test_calibration_says_what_is_wrong(desk):
    assert "no document is sealed here" in desk.refused("calibrate")
    assert "no such document" in desk.refused("calibrate", "--document", "doc-000000")
    assert "ends in .html" in desk.refused("calibrate", "--report", "out.pdf")


def test_calibration_measures_documents_with_shared_marks(desk, post):
    memo = (post[1].copies["p-000"].parent.parent / "copies-master.md").read_text()
    crowd = [Recipient(f"p-{k}", ("north", "south")[k % 2]) for k in range(12)]
    desk.seal(memo, crowd, "copies", "--organisations", "0.4", "--alpha", "1e-3")
    printed = desk.run("calibrate", "--trials", "1", "--seed", "3")
    assert printed.code == 0, printed.err
    assert "Channel" in printed.out
    assert "0 wrong names" in printed.out


@pytest.mark.parametrize(("name", "trials"), [("organisations", 40), ("several", 12)])
def test_benches_have_rows_with_a_peer_and_a_limit(desk, name, trials):
    rows = desk.ok("bench", name, "--trials", str(trials))["rows"]
    assert len(rows) >= 5
    assert all(row.keys() == KEYS for row in rows)
    false = [row for row in rows if row["peer"] == "alpha"]
    assert false
    assert all(row["ratio"] <= row["limit_ratio"] for row in false)

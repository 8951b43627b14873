"""A recipient's reply is recorded with its time, stands in the report, and gives nobody away."""

import re

import pytest

from whosecopy.vault.events import events


def report(desk, leak):
    """The report of a leak, as a page."""
    assert desk.run("trace", leak, "--report", "report.html").code == 0
    return (desk.home / "report.html").read_text()


def test_a_reply_stands_in_the_report_with_its_time_and_changes_no_number(memo):
    desk, sealed = memo
    leak = sealed.copies["p-003"]
    before = desk.ok("trace", leak)
    assert "What the recipient says" not in report(desk, leak)
    said = desk.ok("dispute", sealed.id, "--recipient", "p-003", "--says", "lost", "--note", "in a <b>train</b>")
    assert said == {"dispute": 1, "document": sealed.id}
    page = report(desk, leak)
    assert re.search(r"p-003 says that it was lost \(recorded \d{4}-[^)]+\): “in a &lt;b&gt;train&lt;/b&gt;”", page)
    assert desk.ok("trace", leak) == before
    with desk.vault() as vault, vault.snapshot() as tx:
        last = list(events(tx, sealed.id))[-1]
        assert (last.header.kind, last.payload) == ("dispute", {"dispute": 1, "says": "lost"})


def test_a_reply_of_somebody_else_stays_out_of_the_report(memo):
    desk, sealed = memo
    desk.ok("dispute", sealed.id, "--recipient", "p-004", "--says", "not-received")
    assert "never received" not in report(desk, sealed.copies["p-003"])
    assert "never received" in report(desk, sealed.copies["p-004"])


def test_where_nothing_is_named_no_reply_is_shown(memo):
    desk, sealed = memo
    desk.ok("dispute", sealed.id, "--recipient", "p-003", "--says", "forwarded-to", "--note", "counsel")
    desk.run("trace", "--text", sealed.text("p-003")[:900], "--report", "report.html")
    assert "counsel" not in (desk.home / "report.html").read_text()


def test_before_a_reveal_a_reply_by_name_is_hidden_and_one_by_label_is_not(council):
    desk, leak = council.desk, council.sealed.copies["p-003"]
    case = council.case()
    desk.ok("dispute", council.sealed.id, "--recipient", "p-003", "--says", "lost", "--note", "by name")
    assert "What the recipient says" not in report(desk, leak)
    label = desk.ok("trace", leak)["named"][0]["copy"]
    desk.ok("dispute", council.sealed.id, "--copy", label, "--says", "other", "--note", "by label")
    page = report(desk, leak)
    assert f"The recipient of copy {label} replies" in page
    assert "by name" not in page
    for name in ("ann", "cid"):
        council.approves(name, case)
    desk.ok("reveal", case)
    page = report(desk, leak)
    assert page.index("by name") < page.index("by label")


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ((), "--recipient R or about --copy LABEL"),
        (("--recipient", "p-003", "--copy", "K7QF-2M"), "--recipient R or about --copy LABEL"),
        (("--recipient", "nobody"), "has no copy"),
        (("--copy", "K7QF-2"), "is no copy of"),
        (("--copy", ""), "is about"),
        (("--recipient", "p-003", "--note", "x" * 2001), "2000 characters at most"),
    ],
)
def test_a_reply_about_no_copy_or_without_end_is_refused(memo, about, said):
    desk, sealed = memo
    assert said in desk.refused("dispute", sealed.id, "--says", "lost", *about)
    assert "no such document" in desk.refused("dispute", "doc-000000", "--recipient", "p-003", "--says", "lost")
    assert "--says" in desk.refused("dispute", sealed.id, "--recipient", "p-003", "--says", "guilty")


def test_a_settled_reply_stays_in_the_report_with_how_it_was_settled(memo):
    desk, sealed = memo
    desk.ok("dispute", sealed.id, "--recipient", "p-003", "--says", "lost", "--note", "in a train")
    said = desk.ok("dispute", sealed.id, "--settled", 1, "--note", "found on 9 May")
    assert said == {"dispute": 1, "document": sealed.id}
    page = report(desk, sealed.copies["p-003"])
    assert re.search(
        r"says that it was lost \(recorded [^)]+\): “in a train”; settled \d{4}-[^ ]+: “found on 9 May”", page
    )
    with desk.vault() as vault, vault.snapshot() as tx:
        kinds = [event.header.kind for event in events(tx, sealed.id)]
    assert kinds.count("dispute_settled") == 1
    assert "was settled already" in desk.refused("dispute", sealed.id, "--settled", 1)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (("--settled", "2"), "there is none about"),
        (("--settled", "0"), "--settled"),
        (("--settled", "1", "--says", "lost"), "alone"),
        (("--settled", "1", "--recipient", "p-003"), "alone"),
        (("--settled", "1", "--note", "x" * 2001), "2000 characters at most"),
        ((), "takes --says"),
    ],
)
def test_what_was_never_said_is_not_settled(memo, how, said):
    desk, sealed = memo
    desk.ok("dispute", sealed.id, "--recipient", "p-003", "--says", "lost")
    assert said in desk.refused("dispute", sealed.id, *how)
    assert "no such document" in desk.refused("dispute", "doc-000000", "--settled", 1)
    held = desk.ok("retention")["held"]
    assert held[sealed.id] == "reply 1 of a recipient is not settled"

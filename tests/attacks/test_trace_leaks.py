"""What people do to a text before it surfaces, traced through the command line."""

import re

import numpy as np
import pytest

from whosecopy.bench.leaks import FOREIGN, retype
from whosecopy.media.dispatch import open_document
from whosecopy.model import Recipient

LEAKER = "r-0041"


def reading(sealed, recipient=LEAKER):
    """The text of a copy as a person reads it."""
    return open_document(sealed.copies[recipient].read_bytes(), "plan.md").edited_text()


def plain(markdown):
    """A Markdown text without its syntax."""
    return re.sub(r"(?m)^(#+ |- |---$)|\*\*|`", "", markdown)


def shuffled(text, seed):
    """All sentences in another order, with foreign ones between them."""
    rng = np.random.default_rng(seed)
    own = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(part for k in rng.permutation(len(own)) for part in (own[k], FOREIGN[k % len(FOREIGN)]))


def joined_lines(text):
    """Every single newline a blank; blank lines stay."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


LEAKS = {
    "pasted": lambda text: text,
    "retyped": lambda text: retype(text, np.random.default_rng(3)),
    "half of it and a bit": lambda text: text[len(text) // 5 : 9 * len(text) // 10],
    "shuffled among foreign sentences": lambda text: shuffled(text, 5),
    "newlines replaced by blanks": joined_lines,
    "all in one line": lambda text: " ".join(text.split()),
    "syntax of Markdown lost": plain,
    "wrapped at forty characters": lambda text: re.sub(r"(.{30,40}) ", r"\1\n", text),
    "typed in capitals": lambda text: retype(text, np.random.default_rng(4)).upper(),
    "quoted in a reply": lambda text: "They wrote:\n\n" + re.sub(r"(?m)^", "> ", text),
}


@pytest.mark.parametrize("how", LEAKS)
def test_a_copy_is_named_when(how, plan):
    desk, sealed = plan
    found = desk.ok("trace", desk.file("leak.txt", LEAKS[how](reading(sealed))))
    assert (found["outcome"], [one["recipient"] for one in found["named"]]) == ("named", [LEAKER])
    assert found["document"]["id"] == sealed.id
    assert found["named"][0]["p_familywise"] <= found["alpha"] == 1e-6


def test_pages_that_surface_one_by_one_are_one_exhibit(plan):
    desk, sealed = plan
    text = reading(sealed)
    third = len(text) // 3
    parts = [desk.file(f"page-{k}.txt", text[k * third : (k + 1) * third]) for k in range(3)]
    assert desk.run("trace", parts[0]).code == 1
    found = desk.ok("trace", *parts)
    assert [one["recipient"] for one in found["named"]] == [LEAKER]


def test_the_order_of_files_makes_another_exhibit_of_the_same_reading(plan):
    desk, sealed = plan
    text = reading(sealed)
    parts = [desk.file("a.txt", text[: len(text) // 2]), desk.file("b.txt", text[len(text) // 2 :])]
    desk.ok("trace", *parts)
    assert any("trace 2 of this exhibit" in one for one in desk.ok("trace", *reversed(parts))["assumptions"])


def test_standard_input_and_text_are_read_like_a_file(plan, tmp_path):
    desk, sealed = plan
    leak = reading(sealed)
    by_file = desk.ok("trace", desk.file("leak.txt", leak))
    by_input = desk.clone(tmp_path / "input").ok("trace", "-", stdin=leak.encode())
    by_text = desk.clone(tmp_path / "text").ok("trace", "--text", leak)
    for found in (by_file, by_input, by_text):
        found.pop("timings_s")
    assert by_file == by_input == by_text


def test_two_merged_copies_name_nobody_wrongly(plan):
    desk, sealed = plan
    one, two = (reading(sealed, name).split("\n\n") for name in ("r-0010", "r-0070"))
    rng = np.random.default_rng(9)
    merged = "\n\n".join(pair[rng.integers(0, 2)] for pair in zip(one, two, strict=True))
    answer = desk.run("trace", "--text", merged, "--json")
    assert {one["recipient"] for one in answer.json["named"]} <= {"r-0010", "r-0070"}
    assert answer.json["document"]["id"] == sealed.id


def test_a_copy_with_somebody_elses_sentences_pasted_in_names_its_owner(plan):
    desk, sealed = plan
    paragraphs = reading(sealed).split("\n\n")
    framed = reading(sealed, "r-0002").split("\n\n")
    paragraphs[6:9] = framed[6:9]
    found = desk.ok("trace", "--text", "\n\n".join(paragraphs))
    assert [one["recipient"] for one in found["named"]] == [LEAKER]


def test_a_short_quote_names_nobody(plan):
    desk, _ = plan
    quote = "Officers of the Customs Service begin with the stock, and the Revenue Office begins with the records."
    answer = desk.run("trace", "--text", quote)
    assert answer.code == 1
    assert "NOT ENOUGH EVIDENCE" in answer.out
    assert "No ranking is shown" in answer.out


def test_the_copy_of_an_uninvolved_office_names_nobody_here(plan, memo):
    desk, _ = plan
    answer = desk.run("trace", memo[1].copies["p-003"], "--json")
    assert (answer.code, answer.json["outcome"], answer.json["document"]) == (1, "no_document", None)


def test_the_same_text_sealed_elsewhere_under_other_keys_names_nobody_here(plan, desk, story):
    ours, _ = plan
    desk.rng.bytes(1)
    other = desk.seal(story["plan.md"], [Recipient(f"s-{k}") for k in range(5)], "copies")
    answer = ours.run("trace", other.copies["s-3"], "--json")
    assert (answer.code, answer.json["outcome"], answer.json["named"]) == (1, "not_enough_evidence", [])

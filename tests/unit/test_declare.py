"""What is declared in a file that is to be sealed, and what is left literally."""

from itertools import pairwise

import pytest

from whosecopy.errors import InputError
from whosecopy.seal.declare import prepare

BRACES = ("{{", "}}")
ASKS = "---\ntitle: Plan\nwhosecopy: variants\n---\n\n"


def ready(text, name="plan.md", variants=False, delimiter=BRACES):
    return prepare(text.encode(), name, None, variants, delimiter)


def refusal(text, **options):
    with pytest.raises(InputError) as refused:
        ready(text, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_without_a_request_braces_are_literal_and_counted():
    prepared = ready("Bring {{two|three}} boats and {{!Acme}}.\n")
    assert prepared.master.text == "Bring {{two|three}} boats and {{!Acme}}."
    assert (prepared.declared, prepared.literal_braces) == ((), 1)


@pytest.mark.parametrize("how", ["front matter", "option"])
def test_a_request_reads_the_first_variant_and_keeps_the_others_as_sites(how):
    body = "{{We start early.|An early start is planned.}} Bring the boats.\n"
    prepared = ready(ASKS + body) if how == "front matter" else ready(body, variants=True)
    (site,) = prepared.declared
    assert "We start early. Bring the boats." in prepared.master.text
    assert prepared.master.text[site.start : site.end] == site.variants[0] == "We start early."
    assert site.variants[1] == "An early start is planned."
    assert prepared.literal_braces == 0


def test_the_request_itself_is_in_no_copy():
    prepared = ready(ASKS + "{{We start early.|An early start is planned.}}\n")
    assert prepared.master.source == b"---\ntitle: Plan\n---\n\nWe start early.\n"


def test_only_a_request_in_the_front_matter_counts():
    prepared = ready("Write this:\n\nwhosecopy: variants\n\nand {{a|b}} is read.\n")
    assert prepared.literal_braces == 1


def test_protected_names_are_protected_and_stay():
    prepared = ready("{{!Acme and Sons}} builds the boats. {{It is late.|The hour is late.}}\n", variants=True)
    start = prepared.master.text.index("Acme and Sons")
    assert any(low <= start and start + 13 <= high for low, high in prepared.master.protected)
    assert list(prepared.master.protected) == sorted(prepared.master.protected)
    assert len(prepared.declared) == 1


def test_other_delimiters_are_read_where_asked_for():
    prepared = ready(
        "<<We start early.|An early start is planned.>> {{not|read}}\n", variants=True, delimiter=("<<", ">>")
    )
    assert len(prepared.declared) == 1
    assert "{{not|read}}" in prepared.master.text


def test_a_dangerous_declaration_is_refused_with_line_and_column():
    line = refusal("A plan.\n\nBring {{two|three}} boats.\n", variants=True)
    assert line.startswith("plan.md:3:7: ")
    assert "numbers" in line
    assert "more" not in line


def test_of_many_dangerous_declarations_the_first_is_told_and_the_others_counted():
    line = refusal("Bring {{two|three}} boats, {{do|do not}} wait, take {{4|5}} men.\n", variants=True)
    assert line.startswith("plan.md:1:7: ")
    assert "(and 2 more: whosecopy lint plan.md)" in line


def test_a_variant_that_changes_the_structure_is_refused():
    line = refusal("Bring these.\n\n{{- ropes and hooks|ropes, hooks}}\n\nMore text here.\n", variants=True)
    assert "changes the structure of the document; declare it as a block" in line


def test_a_name_that_is_protected_twice_is_one_protected_stretch():
    prepared = ready("See {{!https://acme.example/boats}} for {{all boats|every boat}}.\n", variants=True)
    spans = prepared.master.protected
    assert all(one[1] < two[0] for one, two in pairwise(spans))
    start = prepared.master.text.index("https")
    assert any(low <= start and start + 26 <= high for low, high in spans)


def test_windows_line_ends_are_kept():
    data = (ASKS + "{{We start early.|An early start is planned.}}\n").replace("\n", "\r\n")
    assert ready(data).master.source == b"---\r\ntitle: Plan\r\n---\r\n\r\nWe start early.\r\n"


def test_a_file_with_a_byte_order_mark_is_read_like_any_other():
    body = "{{The boats start early.|Early the boats start.}}\n"
    for encoding in ("utf-8-sig", "utf-16"):
        prepared = prepare((ASKS + body).encode(encoding), "plan.md", None, False, BRACES)
        assert prepared.master.source.decode(encoding) == "---\ntitle: Plan\n---\n\nThe boats start early.\n"
        assert len(prepared.declared) == 1
        assert len(prepare(body.encode(encoding), "plan.txt", None, True, BRACES).declared) == 1


def test_sentences_at_the_beginning_of_an_html_paragraph_are_no_names():
    page = "<html><body><p>{{The boats start early.|Early the boats start.}}</p></body></html>\n"
    assert len(ready(page, name="plan.html", variants=True).declared) == 1

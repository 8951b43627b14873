"""The report of a case: what it must say, what it must never show, and that a hostile leak stays text."""

import base64
import hashlib
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from whosecopy.errors import IntegrityError
from whosecopy.model import (
    Case,
    DecoyCheck,
    Evidence,
    Exhibit,
    How,
    MarkCount,
    MarkTally,
    NamedCopy,
    Outcome,
    Site,
    Verdict,
    codec,
)
from whosecopy.trace import report
from whosecopy.trace.report import render_report, summary
from whosecopy.trace.report.overlay import KEPT, stretches
from whosecopy.trace.report.page import visible
from whosecopy.trace.report.printed import printable

TEMPLATES = Path(report.__file__).parent / "templates"

PLAN = """Operation Winter Lantern: joint plan of five agencies

The harbour office {will not|won't} close the north basin before {twelve|12} vehicles have {begun|started} to \
move. Crews {assemble|gather} at the old grain store{,|} and nobody {leaves|departs} before the second signal. \
{Every|Each} driver {gets|receives} a sealed sheet and {hands|gives} it back {afterwards|later}.

Each site {is going to|will} report every {thirty|30} minutes. Where a line fails{,|} the nearest site {takes \
over|steps in}. The lead agency {keeps|holds} the log \u2013 it {is|will be} read out at the end. {Maps|Charts} \
stay on the wall{,|} and {only|just} the duty desk {may|can} change them. A site that {has not|hasn't} answered \
{twice|two times} is {visited|called on}.

The river police {do not|don't} enter the yard unless {asked|called}. They {watch|observe} the east gate and \
{inform|tell} the {centre|desk} at once. A boat {waits|stands by} below the lock; it {needs|takes} \
{about|around} {fifteen|15} minutes to the quay. {Should|If} ice {close|shut} the channel{,|} they {go|travel} \
by road.

Customs {examine|inspect} the {first|1st} convoy {near|close to} the bridge. {However|Still}, the second one \
{goes|passes} through unchecked, so that nothing {looks|seems} different from any other {Tuesday|Tue.}. The \
{seals|tags} are {noted|recorded} at both ends, and a {missing|lost} one {is|will be} reported {straight away|at \
once}.

The ambulance service {places|puts} {two|2} teams at the school. They {are not|aren't} told the target, \
{merely|only} the {hour|time}. {Whoever|Anyone who} calls them {uses|takes} the ordinary number{,|} and the call \
is {logged|noted} like any other.

Press questions go to the {joint|common} office. Nobody {gives|provides} a figure until all {five|5} agencies \
{have agreed|agree}. {Until|Till} then the answer {is|stays} that a {routine|regular} check {took place|was \
held}."""

CONTRACTIONS = ("will not", "do not", "has not", "are not")
NUMBERS = ("twelve", "thirty", "fifteen", "first", "two", "five")


def _unfold(annotated):
    """The master's text and its sites, from `{a|b}` notation."""
    text, sites = "", []
    for k, part in enumerate(re.split(r"\{([^}]*)\}", annotated)):
        if k % 2 == 0:
            text += part
            continue
        variants = tuple(part.split("|"))
        sites.append(Site(_carrier(variants[0]), len(text), len(text) + len(variants[0]), variants))
        text += variants[0]
    return text, tuple(sites)


def _carrier(said):
    if said in NUMBERS:
        return "notation.number"
    if said in CONTRACTIONS:
        return "wording.contraction"
    return "punctuation.comma" if said == "," else "wording.synonym"


def _leak(annotated, first, last, seed=7):
    """A retyped leak of paragraphs `first:last` with one variant drawn per site, and the evidence for it."""
    rng = np.random.default_rng(seed)
    text, evidence, number = "", [], 0
    for paragraph, words in enumerate(annotated.split("\n\n")):
        inside = first <= paragraph < last
        for k, part in enumerate(re.split(r"\{([^}]*)\}", words)):
            if k % 2 == 0:
                text += part if inside else ""
                continue
            variant = int(rng.integers(2))
            said = part.split("|")[variant]
            if not inside:
                evidence.append(Evidence(number, "absent"))
            elif number % 11 == 5:
                evidence.append(Evidence(number, "unclear", len(text), len(text) + len(said)))
            else:
                evidence.append(Evidence(number, "read", len(text), len(text) + len(said), variant))
            text += said if inside else ""
            number += 1
        text += "\n\n" if inside and paragraph + 1 < last else ""
    return text, tuple(evidence)


def _tally(sites, evidence):
    counts = {}
    for item in evidence:
        read, total = counts.get(sites[item.site].carrier, (0, 0))
        counts[sites[item.site].carrier] = (read + (item.state == "read"), total + 1)
    read = sum(item.state == "read" for item in evidence)
    return MarkTally(len(sites), read, len(sites) - read, {k: MarkCount(r, t) for k, (r, t) in sorted(counts.items())})


def _decoys(seed=1, passes=0):
    strengths = -np.log10(np.minimum(1, 3 * np.random.default_rng(seed).random(10_000)))
    counts, edges = np.histogram(strengths, bins=np.arange(0, 9.01, 0.25))
    return DecoyCheck(10_000, 0.4137, passes, tuple(counts.tolist()), tuple(edges.tolist()))


def _exhibit(text, name="forum-post.txt"):
    data = text.encode()
    return Exhibit(hashlib.sha256(data).hexdigest(), name, "text/plain", len(data), text, ("decoded as UTF-8",))


NAMES_NOBODY = ("organisation", "not_enough_evidence", "no_document", "withheld", "integrity_alarm")
EXPLANATIONS = ("Forwarded", "Shared account", "Theft", "The operator", "Several copies merged", "Quoted from a copy")
NAMED_COPY = NamedCopy("K7QF-2M", None, None, 3e-10, 2.5e-8, 18.2)


def sample(outcome="named", paragraphs=(1, 6), **verdict):
    """A case of the given outcome about our own fictional plan."""
    _, sites = _unfold(PLAN)
    text, evidence = _leak(PLAN, *paragraphs)
    first, last = paragraphs
    part = f"paragraph {last} of 7" if last - first == 1 else f"paragraphs {first + 1}-{last} of 7"
    base = Verdict(
        outcome=Outcome(outcome),
        document={"id": "doc-3f9a", "title": "Operation Winter Lantern"},
        alpha=1e-6,
        codewords=82,
        marks=_tally(sites, evidence),
        how=How("retyped, read by OCR, or pasted as plain text: wording only", part, "2"),
        named=(NAMED_COPY,) if outcome == "named" else (),
        organisations=(),
        decoys=_decoys(),
        assumptions=(
            "The keys were secret and the codewords drawn as docs/spec/code.md says.",
            "The operator could have chosen this: no outside witness recorded the seal.",
        ),
        timings_s={"read": 0.2},
    )
    return Case(
        exhibit=_exhibit(text),
        sites=sites,
        evidence=evidence,
        verdict=replace(base, **verdict),
        traced_at="2026-03-04 09:12 UTC",
        retrace=1,
        software="whosecopy 0.1.0",
        named_scores=(9.52,) if outcome == "named" else (),
        named_tests=("single",) if outcome == "named" else (),
        sealed_at="2026-01-15 16:40 UTC",
        tested_alpha=5e-7,
        single_level=0.7 * 5e-7 / 82,
        command="whosecopy trace forum-post.txt --report report.html",
        facts=(("Limits spent in this vault", "4 traces, 1.1 \u00d7 10\u207b\u2076 in all"),),
    )


def foreign():
    """A case of a text that belongs to no document."""
    text = "The choir meets on Thursdays.\n\nBring your own score, and tea is served afterwards."
    case = sample("no_document", document=None, codewords=0, marks=MarkTally(0, 0, 0, {}))
    case = replace(case, exhibit=_exhibit(text, "choir.txt"), sites=(), evidence=(), single_level=0.0)
    how, decoys = How("", "", ""), DecoyCheck(0, 1.0, 0)
    return replace(case, verdict=replace(case.verdict, how=how, decoys=decoys, assumptions=()))


def organisation():
    """A case in which an organisation, but no copy, can be told."""
    unit = {"organisation": "north", "p_value": 2e-9, "p_familywise": 1.8e-7}
    return sample("organisation", paragraphs=(2, 4), organisations=(unit,))


def two_named():
    """A case of two copies merged, one of them named by the pair test, identities revealed."""
    copies = (
        NamedCopy("K7QF-2M", "r-0417", "north", 3e-13, 2.5e-11, 25.0),
        NamedCopy("W3TD-9H", "r-0032", "harbour", 4e-8, 3.3e-7, 14.0),
    )
    handed = "K7QF-2M handed out 2026-01-15 17:02, opened 2026-01-16 08:11"
    case = sample(named=copies, how=How("cannot be told", "paragraphs 2-6 of 7", "2", (handed,)))
    return replace(case, named_scores=(12.52, 7.39), named_tests=("single", "pair"), retrace=2)


CASES = {
    "named": sample,
    "two_named": two_named,
    "organisation": organisation,
    "not_enough_evidence": lambda: sample("not_enough_evidence", paragraphs=(3, 4)),
    "no_document": foreign,
    "withheld": lambda: sample("withheld", decoys=replace(_decoys(passes=7), ks_p=4e-9)),
    "integrity_alarm": lambda: sample("integrity_alarm"),
}


def _tree(page):
    return etree.fromstring(page.encode(), etree.XMLParser(resolve_entities=False, huge_tree=True))


def _words(node):
    return re.sub(r"\s+", " ", "".join(node.itertext()))


def _leak_text(page):
    return "".join(_tree(page).xpath("//div[@class='leak']//text()[not(ancestor::small or ancestor::summary)]"))


@pytest.fixture(params=CASES)
def any_case(request):
    return CASES[request.param]()


# -- what it says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("named", "Material from copy K7QF-2M is in this leak."),
        ("two_named", "Material from copies K7QF-2M and W3TD-9H is in this leak."),
        ("organisation", "Material given to organisation north is in this leak; no copy is named."),
        ("not_enough_evidence", "The evidence is not enough to name a copy."),
        ("no_document", "This matches no document sealed here."),
        ("withheld", "The result is withheld: the trace failed its own check."),
        ("integrity_alarm", "Integrity alarm: the leak and the records contradict each other."),
    ],
)
def test_the_page_opens_with_the_verdict_and_what_it_does_not_say(name, sentence):
    tree = _tree(render_report(CASES[name]()))
    assert [_words(node) for node in tree.iter("h1")] == [sentence]
    first, second = list(tree.iter("h1", "h2"))[:2]
    assert (first.tag, _words(second)) == ("h1", "What this does not say")


def test_a_named_copy_comes_with_its_numbers_in_words_and_figures():
    words = _words(_tree(render_report(sample())))
    for expected in (
        "1 in 40 million",
        "3 \u00d7 10\u207b\u00b9\u2070",
        "80 million",
        "N = 82",
        "1 in a million",
        "10,000",
    ):
        assert expected in words
    assert "identity sealed" in words


def test_the_exhibit_is_identified_and_the_trace_can_be_repeated():
    case = sample()
    words = _words(_tree(render_report(case)))
    for expected in (case.exhibit.sha256, "forum-post.txt", "decoded as UTF-8", case.command, codec.digest(case).hex()):
        assert expected in words


def test_a_retrace_shows_its_number_and_its_lower_limit():
    words = _words(_tree(render_report(replace(sample(), retrace=3, tested_alpha=1e-6 / 12))))
    assert "traced for the 3rd time" in words
    assert "was tested at 1 in 12 million" in words


def test_both_variants_of_a_mark_stand_beside_it_and_the_one_seen_is_bold():
    case = sample()
    tree = _tree(render_report(case))
    shown = [_words(node) for node in tree.iter("small") if node.get("class") == "variants"]
    found = sorted((e for e in case.evidence if e.leak_start >= 0), key=lambda e: e.leak_start)
    assert shown == [" | ".join(v or "(nothing)" for v in case.sites[e.site].variants) for e in found]
    bold = [_words(node) for node in tree.xpath("//small/b")]
    assert bold == [case.sites[e.site].variants[e.variant] or "(nothing)" for e in found if e.state == "read"]


def test_the_printed_page_shows_the_variants_without_a_click():
    (style,) = _tree(render_report(sample())).xpath("//style/text()")
    assert ".variants { display: inline; }" in style[style.index("@media print") :]


def test_no_shape_is_filled_black_on_paper_for_want_of_a_look():
    shape = re.compile(r'<(line|rect|circle|polyline|text) class="([^"]+)"')
    drawn = {found for file in TEMPLATES.glob("*.j2") for found in shape.findall(file.read_text())}
    assert len(drawn) > 10
    states = {("rect", "read"), ("rect", "unclear"), ("rect", "outside"), ("line", "read"), ("line", "absent")}
    for kind, name in {one for one in drawn if "{{" not in one[1]} | states:
        look = printable(f'<{kind} class="{name}"/>')
        assert ("stroke=" if kind == "line" else "fill=") in look, (kind, name)


def test_the_fallacy_is_explained_with_the_numbers_of_the_case():
    (box,) = _tree(render_report(sample(codewords=500))).xpath("//*[@id='fallacy']")
    assert "among N = 500 copies, a match with p = 3 \u00d7 10\u207b\u00b9\u2070" in _words(box)
    assert "1.5 \u00d7 10\u207b\u2077 copies on average" in _words(box)


def test_every_page_lists_the_other_explanations(any_case):
    words = _words(_tree(render_report(any_case)))
    for explanation in EXPLANATIONS:
        assert explanation in words


def test_a_picture_that_could_not_be_read_says_why():
    case = foreign()
    how = How("the picture could not be registered", "", "")
    page = render_report(replace(case, verdict=replace(case.verdict, how=how)))
    assert "The trace adds: the picture could not be registered." in _words(_tree(page))


def test_a_leak_that_reads_like_the_original_is_told_so_and_clears_nobody():
    case = sample("not_enough_evidence", how=How("cannot be told", "all", "2", notes=("reads_like_original",)))
    for told in (_words(_tree(render_report(case))), summary(case.verdict)):
        assert "reads like the original" in told
        assert "clears nobody" in told


# -- what it never shows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome", ["organisation", "not_enough_evidence", "no_document", "withheld", "integrity_alarm"]
)
def test_v12_below_the_threshold_the_page_is_the_same_whatever_the_codewords(outcome):
    clean = CASES[outcome]()
    near = NamedCopy("ZZZZ-9X", "r-0001", "south", 7.7e-6, 6.6e-4, 5.5)
    for copies in ((near,), (near, replace(near, copy="Q" * 60, recipient="r" * 99))):
        how = replace(clean.verdict.how, hand_outs=("ZZZZ-9X handed out",))
        tainted = replace(
            clean,
            verdict=replace(clean.verdict, named=copies, how=how),
            named_scores=(5.1,) * len(copies),
            named_tests=("single",) * len(copies),
        )
        assert render_report(tainted) == render_report(clean)


def test_v12_below_the_threshold_no_organisation_is_shown_either():
    unit = {"organisation": "north", "p_value": 2e-3, "p_familywise": 0.018}
    clean = CASES["not_enough_evidence"]()
    assert render_report(replace(clean, verdict=replace(clean.verdict, organisations=(unit,)))) == render_report(clean)


def test_v12_the_plot_has_one_point_for_each_named_copy_and_none_else():
    for name, labels in {"named": ["K7QF-2M"], "two_named": ["W3TD-9H", "K7QF-2M"], "not_enough_evidence": []}.items():
        tree = _tree(render_report(CASES[name]()))
        assert len(tree.xpath("//circle")) == len(labels)
        assert tree.xpath("//text[@class='copy']/text()") == labels


def test_the_limit_and_the_named_copy_stand_where_their_p_values_are():
    case = sample()
    tree = _tree(render_report(case))
    (limit,) = tree.xpath("//line[@class='limit']/@x1")
    (named,) = tree.xpath("//circle/@cx")
    left, right = 62.0, 704.0
    assert (float(named) - left) / (float(limit) - left) == pytest.approx(
        9.52 / -math.log10(case.single_level), abs=0.01
    )
    assert left < float(limit) < float(named) < right


# -- a hostile leak -----------------------------------------------------------------------------------------------

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</div></main><h1>Material from copy AAAA-11 is in this leak</h1>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %}",
    "<!-- --><![CDATA[ ]]>&lt;&amp;&#x3C;",
    "</style></title></textarea><base href=//example.org>",
    "\u202eevil\u2066\u200b\ufeff",
    "\x00\x08\x1b[31m\uffff\U000e0041",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_anywhere_stays_text(attack):
    case = sample()
    pages = []
    for said in ("x" * len(attack), attack):
        hostile = replace(
            case,
            exhibit=replace(case.exhibit, text=said + case.exhibit.text, name=said, media=said, preprocessing=(said,)),
            sites=tuple(replace(site, variants=(said, said)) for site in case.sites),
            evidence=(Evidence(0, "read", 0, len(said), 1),),
            verdict=replace(
                case.verdict,
                document={"id": "d", "title": said},
                how=How(said, said, said, (said,), (said,)),
                assumptions=(said,),
            ),
            facts=((said, said),),
            command=said,
        )
        pages.append(render_report(hostile))
    plain, hostile = ([(node.tag, sorted(node.attrib)) for node in _tree(page).iter()] for page in pages)
    assert hostile == plain
    assert _leak_text(pages[1]).startswith(visible(attack))


def test_right_to_left_overrides_and_invisible_characters_are_spelt_out():
    case = sample()
    exhibit = replace(case.exhibit, name="report\u202efdp.exe", text="pay\u200b\u202e001")
    page = render_report(replace(case, exhibit=exhibit, evidence=()))
    hidden = [c for c in page if not c.isprintable() and c not in "\n\u00a0"]
    assert hidden == []
    assert "report[U+202E]fdp.exe" in page
    assert "pay[U+200B][U+202E]001" in page


def test_a_huge_leak_is_folded_between_its_marks_and_the_page_stays_small():
    case = sample()
    head, tail = "word " * 400_000, "line\n" * 1_000
    evidence = (Evidence(0, "read", len(head), len(head) + 5, 1),)
    case = replace(case, exhibit=replace(case.exhibit, text=head + "won't" + tail), evidence=evidence)
    page = render_report(case)
    folds = [_words(node) for node in _tree(page).iter("summary")]
    assert folds == ["1,999,200 characters without marks", "4,200 characters without marks"]
    assert f"{1_999_200 - KEPT:,} more characters are only in the exhibit itself" in page
    assert len(page) < 100_000


def test_the_whole_text_is_shown_in_order_however_marks_overlap():
    rng = np.random.default_rng(5)
    for _ in range(200):
        text = "".join(rng.choice(list("ab \n<&"), size=rng.integers(0, 60)))
        spans = [sorted(rng.integers(0, len(text) + 1, size=2).tolist()) for _ in range(rng.integers(0, 6))]
        states = rng.choice(["read", "unclear", "absent"], size=len(spans)).tolist()
        evidence = tuple(
            Evidence(k, state, *span, 0) for k, (state, span) in enumerate(zip(states, spans, strict=True))
        )
        sites = tuple(Site("declared", 0, 1, ("a", "b")) for _ in spans)
        case = replace(sample(), exhibit=_exhibit(text), sites=sites, evidence=evidence)
        pieces = stretches(case)
        assert "".join(piece.text for piece in pieces) == text
        assert sum(len(piece.sites) for piece in pieces) == sum(state != "absent" for state in states)
        assert _leak_text(render_report(case)) == text


@pytest.mark.parametrize(
    "item",
    [Evidence(0, "read", 5, 10_000, 0), Evidence(0, "read", 9, 3, 0), Evidence(999, "read", 0, 1, 0)],
    ids=["beyond the text", "ends before it starts", "unknown site"],
)
def test_evidence_outside_the_case_is_an_integrity_failure(item):
    with pytest.raises(IntegrityError, match=r"forum-post\.txt.*evidence lies outside"):
        render_report(replace(sample(), evidence=(item,)))


def test_a_histogram_that_does_not_fit_its_edges_is_an_integrity_failure():
    case = sample(decoys=DecoyCheck(10, 0.5, 0, (4, 6), (0.0, 1.0)))
    with pytest.raises(IntegrityError, match="histogram"):
        render_report(case)


# -- a page for everybody -----------------------------------------------------------------------------------------


def test_the_page_needs_no_network_and_no_script(any_case):
    page = render_report(any_case)
    tree = _tree(page)
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //base | //form")
    assert not [
        name for node in tree.iter() for name in node.attrib if name.startswith("on") or name in ("style", "src")
    ]
    assert all(target.startswith("#") for target in tree.xpath("//@href"))
    (style,) = tree.xpath("//style/text()")
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]


def test_the_page_can_be_read_by_everybody(any_case):
    tree = _tree(render_report(any_case))
    assert tree.get("lang") == "en"
    assert [len(tree.xpath(f"//{name}")) for name in ("header", "main", "footer", "nav", "h1")] == [1] * 5
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [
        word for name in ("aria-labelledby", "for") for value in tree.xpath(f"//@{name}") for word in value.split()
    ]
    assert set(targets) | {link[1:] for link in tree.xpath("//@href")} <= set(ids)
    assert all(
        table.find("caption") is not None and not table.xpath(".//th[not(@scope)]") for table in tree.iter("table")
    )
    assert all(
        svg.get("aria-hidden") or (svg.get("role") == "img" and svg.find("title") is not None)
        for svg in tree.iter("svg")
    )


def _luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_contrast_on_light_and_on_dark():
    style = _tree(render_report(sample())).xpath("//style/text()")[0]
    schemes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)
    ]
    assert len(schemes) == 2
    for scheme in schemes:
        for text, ground in (
            ("ink", "paper"),
            ("soft", "paper"),
            ("soft", "wash"),
            ("accent", "paper"),
            ("ink", "mark"),
        ):
            light, dark = sorted((_luminance(scheme[text]), _luminance(scheme[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_the_page_is_a_function_of_the_serialised_case(any_case):
    assert render_report(codec.decode(codec.encode(any_case), Case)) == render_report(any_case)


def test_marks_in_layout_are_counted_though_no_text_shows_them():
    case = sample()
    layout = Site("layout.spacing", 3, 4, ("0", "1"))
    case = replace(
        case, sites=(*case.sites, layout), evidence=(*case.evidence, Evidence(len(case.sites), "read", variant=1))
    )
    assert "1 more place was read in layout or pictures" in _words(_tree(render_report(case)))


def test_a_leak_with_marks_in_layout_only_has_no_legend_of_wordings():
    case = sample()
    layout = tuple(replace(site, carrier="layout.word_x") for site in case.sites)
    seen = tuple(replace(item, leak_start=-1, leak_end=-1) for item in case.evidence)
    verdict = replace(case.verdict, marks=replace(case.verdict.marks, by_carrier={"layout.word_x": MarkCount(1, 2)}))
    words = _words(_tree(render_report(replace(case, sites=layout, evidence=seen, verdict=verdict))))
    assert "No mark is in the wording" in words
    assert "the wording is clear" not in words
    assert "Show the variants" not in words
    assert "a word a little to the left or right" in words


def test_of_a_picture_it_is_said_that_ocr_read_it():
    case = sample()
    picture = replace(case, exhibit=replace(case.exhibit, media="image/png", preprocessing=()))
    assert "words read by OCR" in render_report(picture)
    assert "words read by OCR" not in render_report(case)


def test_a_picture_without_text_shows_no_empty_box():
    case = replace(sample("no_document"), sites=(), evidence=())
    page = render_report(replace(case, exhibit=replace(case.exhibit, text="")))
    assert "No text was found in it" in page
    assert 'class="leak"' not in page


# -- the terminal -------------------------------------------------------------------------------------------------


def test_the_terminal_names_the_copy_and_not_the_person():
    lines = summary(sample().verdict).splitlines()
    assert lines[2] == "NAMED  copy K7QF-2M, family-wise p <= 2.5e-8 (N = 82): 1 in 40 million."
    assert "Identity sealed" in lines[3]
    assert "not a person" in lines[4]
    assert "r-0417" in summary(two_named().verdict)


def test_the_terminal_says_how_much_is_missing_and_ranks_nobody():
    told = summary(sample("not_enough_evidence", marks=MarkTally(253, 6, 247, {})).verdict)
    assert "NOT ENOUGH EVIDENCE: 6 marks read, about 27 needed. No ranking is shown." in told.splitlines()
    told = summary(sample("not_enough_evidence", marks=MarkTally(253, 60, 193, {})).verdict)
    assert (
        "NOT ENOUGH EVIDENCE: 60 marks read, no copy passes the limit of 1 in a million. No ranking is shown." in told
    )


@pytest.mark.parametrize(
    "outcome", ["organisation", "not_enough_evidence", "no_document", "withheld", "integrity_alarm"]
)
def test_v12_the_terminal_is_the_same_whatever_the_codewords(outcome):
    verdict = CASES[outcome]().verdict
    assert summary(replace(verdict, named=(NAMED_COPY,), how=replace(verdict.how, hand_outs=("K7QF-2M",)))) == summary(
        verdict
    )


def test_every_outcome_has_a_short_terminal_text(any_case):
    lines = summary(any_case.verdict).splitlines()
    assert 1 <= len(lines) <= 12
    assert all(len(line) <= 120 for line in lines)

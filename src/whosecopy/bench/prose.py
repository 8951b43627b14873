"""Endless English prose of our own, recombined by a seed: documents to search in, and foreign text."""

import numpy as np

_WHO = (
    "the harbour office", "our night crew", "the second ferry", "the records team", "a visiting engineer",
    "the lock keeper", "the district nurse", "the council's auditor", "each ward steward", "the quarry manager",
    "the parcel depot", "an outside lawyer", "the tram drivers", "the seed library", "the choir treasurer",
    "the weather desk", "the canal trust", "every field officer", "the printing shop", "the school kitchen",
)  # fmt: skip
_DID = (
    "counted", "repaired", "postponed", "described", "inspected", "rejected", "moved", "photographed", "measured",
    "restored", "borrowed", "renamed", "collected", "weighed", "questioned", "insured", "painted", "tested",
)  # fmt: skip
_WHAT = (
    "the copper valves", "forty sacks of barley", "a cracked bell", "the winter timetable", "the blue ledgers",
    "two spare anchors", "the eastern fence", "a crate of lanterns", "the drainage plan", "every unpaid invoice",
    "the old signal box", "the glass samples", "a borrowed tent", "the orchard map", "three broken pumps",
    "the visitor badges", "the rent rolls", "a bundle of letters", "the gravel pit", "the roof tiles",
)  # fmt: skip
_WHEN = (
    "before the market opened", "during the long frost", "after the second alarm", "while the bridge was closed",
    "at the end of the quarter", "without telling the board", "in spite of the rain", "as soon as the road was clear",
    "because the lease had ended", "under the new rules", "on the way to the mill", "with help from two volunteers",
    "although nobody had asked", "when the river fell again", "as the contract demands", "long after the deadline",
)  # fmt: skip
_LINK = ("so", "and later", "but", "while", "whereas", "and then", "yet", "because")
_SYLLABLES = (
    "bar", "cot", "dun", "esk", "fen", "gar", "hol", "ing", "kel", "lang",
    "mor", "nor", "ost", "pen", "quar", "rud", "stan", "thorn", "ul", "wick",
)  # fmt: skip


def prose(rng: np.random.Generator, sentences: int) -> str:
    """A text of so many sentences, hardly any two alike, in paragraphs of four joined as reading text is."""
    lines = [_sentence(rng) for _ in range(sentences)]
    return "\n\n".join(" ".join(lines[start : start + 4]) for start in range(0, sentences, 4))


def _sentence(rng: np.random.Generator) -> str:
    parts = [*_clause(rng), _one(rng, _WHEN)]
    if rng.random() < 0.5:
        parts += [_one(rng, _LINK), *_clause(rng)]
    text = " ".join(parts)
    return text[0].upper() + text[1:] + "."


def _clause(rng: np.random.Generator) -> list[str]:
    parts = [_one(rng, _WHO), _one(rng, _DID), _one(rng, _WHAT)]
    extra = rng.integers(4)
    if extra == 0:
        parts.insert(1, f"of {_place(rng)}")
    elif extra == 1:
        parts.append(f"near {_place(rng)}")
    elif extra == 2:
        parts.append(f"for {rng.integers(2, 999)} days")
    return parts


def _place(rng: np.random.Generator) -> str:
    return "".join(_one(rng, _SYLLABLES) for _ in range(rng.integers(2, 4))).title()


def _one(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]

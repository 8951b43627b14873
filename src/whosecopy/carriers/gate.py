"""Which rules mark a document by default: what blind judges said of their hits, as data.

`gate.json` holds, for each rule, how many hits in texts that it was not written on were judged and how many
read right. `script/gate record` writes it; nobody sets a rule on by hand. A person may refuse one.
"""

import json
from functools import cache
from importlib.resources import files

REFUSED = {
    "notation.abbreviation: online": "on-line looks dated",
    "notation.abbreviation: workplace": "work place looks wrong to many readers",
    "notation.abbreviation: smartphone": "smart phone looks dated",
    "notation.abbreviation: follow-up": "followup looks wrong to many readers",
    "notation.abbreviation: worldwide": "world-wide looks dated",
    "notation.abbreviation: nationwide": "nation-wide looks dated",
    "notation.abbreviation: judgment": "the spelling tells the country",
    "notation.abbreviation: coordinat": "the spelling tells the country",
    "notation.abbreviation: cooperat": "the spelling tells the country",
    "notation.number: money style": "$5bn is how newspapers write, not letters and speeches",
    "wording.adverb: place of still": "before an auxiliary it is emphatic",
    "wording.adverb: place of rarely": "before an auxiliary it is emphatic",
    "wording.synonym: in other words,/that is to say,": "that is to say is stilted",
    "wording.synonym: speak to/speak with": "one is a lecture, the other a talk",
    "wording.synonym: perhaps/maybe": "maybe is casual",
    "wording.synonym: at least/a minimum of": "a minimum of is stilted",
    "wording.synonym: on average/on the average": "on the average is dated",
    "wording.synonym: immediately/at once": "at once also means together",
    "wording.synonym: inside/inside of": "inside of is casual",
    "wording.synonym: at that time/at the time": "which time needs to be known",
    "wording.synonym: let us know/tell us": "an order is not a request",
    "wording.synonym: easy/simple": "simple also means plain",
    "wording.synonym: no longer than/not longer than": "no longer also means not any more",
}
"""Rules that a person refused whatever the judges say, and why. They are suggested only."""


def passes(carrier: str, rule: str) -> bool:
    """Whether `rule` has at least one judged hit, 95 % of them or more read right, and nobody refused it."""
    hits, fine = judged().get(f"{carrier}: {rule}", (0, 0))
    return hits > 0 and 100 * fine >= 95 * hits and f"{carrier}: {rule}" not in REFUSED


@cache
def judged() -> dict[str, tuple[int, int]]:
    """Judged hits and those that read right, by `carrier: rule`."""
    data = json.loads(files("whosecopy.carriers").joinpath("gate.json").read_text("utf-8"))
    return {rule: (counts["hits"], counts["fine"]) for rule, counts in data.items()}

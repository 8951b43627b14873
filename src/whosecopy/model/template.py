"""A master with its ordered marks: everything that reading a leak needs, and nothing made from copies."""

from dataclasses import dataclass

from whosecopy.model.layout import NO_LAYOUT, Layout

SCHEMA = "whosecopy.template/1"


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a master where variants exist.

    `start:end` is its footprint in the reading text. `variants[0]` is what the master says there; of layout
    sites the variants are names of looks, and the master may show none of them. Symbol order is drawn later.
    Sites with the same non-empty `link` change together and make one mark.
    `locator` belongs to the carrier alone (version it inside); text carriers need none.
    `group` names the family that copy-desks change as one and that forecasts rate as one.
    """

    carrier: str
    start: int
    end: int
    variants: tuple[str, ...]
    link: str = ""
    locator: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One site, or several linked ones: carries one symbol out of `q`.

    `shared` marks carry the organisation's symbol and never count for a person (STATISTICS V4).
    """

    sites: tuple[int, ...]
    q: int
    profile: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Inherited:
    """Sites of an earlier sealed version that this master took over from one of its copies (STATISTICS V13).

    They are erased when a leak of this master is read against that version.
    """

    document: str
    version: int
    sites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A master with its ordered marks, as it is stored with the document and never recomputed.

    `text` is the master's reading text, `packs` the versions of the carriers that found the sites, `layout`
    where its words stand if it has pages.
    """

    media: str
    master_sha256: str
    text: str
    blocks: tuple[tuple[int, int], ...]
    sites: tuple[Site, ...]
    marks: tuple[Mark, ...]
    packs: tuple[tuple[str, str], ...]
    inherited: tuple[Inherited, ...] = ()
    layout: Layout = NO_LAYOUT
    schema: str = SCHEMA

    @property
    def mark_carriers(self) -> list[str]:
        """The carrier of each mark, in mark order."""
        return [self.sites[mark.sites[0]].carrier for mark in self.marks]

    @property
    def length(self) -> int:
        """The code length m: the number of marks."""
        return len(self.marks)

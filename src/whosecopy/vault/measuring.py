"""What a leak shows of the looks of sealed versions: masters leave the vault only where it shows something of them."""

from collections.abc import Mapping

from whosecopy.media.typeset import Typesetters
from whosecopy.model import Template
from whosecopy.model.measured import Measured
from whosecopy.trace.pictures import Shown, can_measure, measure
from whosecopy.vault.lookup import Key
from whosecopy.vault.store import Vault


def measured_by(vault: Vault, candidates: Mapping[Key, Template], shown: Shown) -> dict[Key, Measured]:
    """What a leak shows of the words of each version that it can show something of.

    Raises `InputError` where there are no pages to lay it on.
    """
    out = {}
    with Typesetters() as typesetters:
        for key, template in candidates.items():
            if can_measure(template, shown):
                with vault.snapshot() as tx:
                    file = tx.load_master(*key), tx.version(*key).encoding
                out[key] = measure(template, file, shown, typesetters)
    return out

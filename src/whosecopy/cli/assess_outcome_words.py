"""An assessment in the terminal."""

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from whosecopy.assess.outcome import Answer
from whosecopy.assess.outcome_report import Assessment
from whosecopy.cli.terminal import out
from whosecopy.trace.report.figures import figure_ascii
from whosecopy.trace.report.page import visible

if TYPE_CHECKING:
    from rich.text import Text

_HEADS = {
    Answer.BEYOND_CHANCE: ("BEYOND CHANCE", "bold yellow"),
    Answer.WITHIN_CHANCE: ("WITHIN CHANCE", "bold green"),
    Answer.CANNOT_SAY: ("CANNOT SAY", "bold cyan"),
}
UNSAID = {
    Answer.BEYOND_CHANCE: "It does not say why. A leak is one reason; another task, weather, counting are others.",
    Answer.WITHIN_CHANCE: "It does not say that nothing leaked: a leak that cost little looks the same.",
    Answer.CANNOT_SAY: "That is no finding either way.",
}
_BAR = 24


def show(told: Assessment) -> None:
    """The answer on standard output: a headline, then the facts in two columns."""
    from rich.table import Table
    from rich.text import Text

    word, style = _HEADS[told.outcome]
    screen = out()
    screen.print(Text(word, style=style).append(f"  {headline(told)}", style="default not bold"))
    if told.sites and told.question.found is not None:
        screen.print(site_sentence(told))
    screen.print(UNSAID[told.outcome])
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, words in _facts(told):
        grid.add_row(name, words)
    screen.print()
    screen.print(grid, soft_wrap=False)


def headline(told: Assessment) -> str:
    """The answer in one sentence."""
    result, found = told.result, told.question.found
    if told.sites and found is None:
        return site_sentence(told)
    if result.outcome is Answer.CANNOT_SAY:
        return f"{result.reason[0].upper()}{result.reason[1:]}."
    usual = f"chance alone gives {result.low:,} to {result.high:,} in 9 of 10 such undertakings"
    return f"{found:,} found; {usual}."


def site_sentence(told: Assessment) -> str:
    """What can be said of the sites: absence of evidence is never told as evidence of absence."""
    beyond = [one.site for one in told.sites if one.outcome is Answer.BEYOND_CHANCE]
    silent = [one.site for one in told.sites if one.outcome is Answer.CANNOT_SAY]
    rest = len(told.sites) - len(beyond) - len(silent)
    words = [f"Beyond chance at {_listed(beyond)}."] if beyond else []
    if rest:
        others = "the others" if beyond or silent else "any site"
        words.append(f"No evidence of a shortfall at {others}, which is no evidence that there was none.")
    if silent:
        words.append(f"Nothing can be said of {_listed(silent)}.")
    return " ".join(words)


def _listed(names: list[str]) -> str:
    names = [visible(name) for name in names]
    shown = names if len(names) <= 8 else [*names[:7], f"{len(names) - 7} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _facts(told: Assessment) -> "Iterator[tuple[str, str | Text]]":
    result, question = told.result, told.question
    if question.found is not None and result.p_value is not None:
        yield "p-value", p_words(told)
    if result.beyond_at is not None:
        yield "Beyond chance", f"at {result.beyond_at:,} or fewer"
    for number, one in enumerate(result.power):
        filled = round(one.chance * _BAR)
        bar = "█" * filled + "░" * (_BAR - filled)
        yield "" if number else "Would notice", f"{one.shortfall * 100:.0f} % lost  {bar} {percent(one.chance):>5}"
    if result.bayes_factor is not None:
        factor = result.bayes_factor
        yield "Bayes factor", f"{factor_words(factor.value)} for a loss of unknown size (uniform from none to all)"
        yield "", ", ".join(f"{one.loss}: {factor_words(one.value)}" for one in factor.alternatives[1:])
    if told.sites:
        yield "Sites", _site_table(told)
    if told.history is not None:
        yield "History", history_words(told)
        yield "", f"SHA-256 {told.history.sha256}"
    for number, line in enumerate(result.needed):
        yield "" if number else "Needed", f"- {line}"
    for number, line in enumerate(told.assumptions if told.result.model else ()):
        yield "" if number else "Assumed", f"- {line}"


def p_words(told: Assessment) -> str:
    """The p-value beside the level that it is compared with."""
    question, p = told.question, told.result.p_value
    shared = f" ({question.level:g} shared by {question.looked_at:,})" if question.looked_at > 1 else ""
    exact = "1" if p is None or p >= 1 else f"<= {figure_ascii(p)}"
    return f"{exact}, compared with {rounded_down(question.level_each)}{shared}"


def history_words(told: Assessment) -> str:
    """Which rows were used, when they were, and what they say."""
    used, result = told.history, told.result
    if used is None:
        return "none"
    rule = (
        " (" + ", ".join(f"{column}={visible(value)}" for column, value in used.where.items()) + ")"
        if used.where
        else ""
    )
    time = f", {used.first} to {used.last}" if used.first else ""
    words = f"{visible(used.file)}: {used.used:,} of {used.rows:,} rows{rule}{time}"
    if result.rate is None or result.overdispersion is None:
        return words
    base = "ceiling" if told.question.bounded else "expected"
    return f"{words}; on average {result.rate:.0%} of what was {base if base == 'expected' else 'possible'}" + scatter(
        told
    )


def scatter(told: Assessment) -> str:
    """By how much rates differ beyond counting, in words; empty where it was not estimated."""
    result = told.result
    if result.overdispersion is None or not result.rate:
        return ""
    squared = result.overdispersion
    if told.question.bounded:
        squared *= (1 - result.rate) / result.rate
    return f", give or take {squared**0.5:.0%} of that from one to the next"


def _site_table(told: Assessment) -> str:
    width = max(len(visible(one.site)) for one in told.sites)
    return "\n".join(
        f"{visible(one.site):<{width}}  {one.found:>6,} of {one.expected:>8,.4g}  {site_p(one.p_adjusted):>9}"
        f"  {one.outcome.value.replace('_', ' ')}"
        for one in told.sites
    )


def site_p(p: float | None) -> str:
    """An adjusted p-value, or a dash."""
    return "-" if p is None else "p = 1" if p >= 1 else f"p <= {figure_ascii(p)}"


def rounded_down(level: float) -> str:
    """A level with three digits, never above it.

    >>> rounded_down(0.05), rounded_down(0.05 / 3), rounded_down(5e-8)
    ('0.05', '0.0166', '5e-08')
    """
    value = Decimal(repr(level))
    return f"{float(value.quantize(Decimal((0, (1,), value.adjusted() - 2)), ROUND_FLOOR)):g}"


def percent(chance: float) -> str:
    """A chance in percent, never rounded up to certainty.

    >>> percent(0.999), percent(0.234)
    ('>99 %', '23 %')
    """
    return ">99 %" if chance > 0.99 else f"{chance * 100:.0f} %"


def factor_words(factor: float) -> str:
    """A Bayes factor with two digits.

    >>> factor_words(7177.4), factor_words(1e6), factor_words(0.0123)
    ('7,100', 'over 1,000,000', '0.012')
    """
    if factor >= 1e6:
        return "over 1,000,000"
    if factor >= 100:
        scale = 10 ** (len(str(int(factor))) - 2)
        return f"{int(factor) // scale * scale:,}"
    return f"{factor:.2g}"

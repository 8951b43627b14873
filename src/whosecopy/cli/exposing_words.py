"""An exposure in words and tables, for the terminal and for the page."""

from typing import TYPE_CHECKING

from whosecopy.cli.terminal import out, print_table

if TYPE_CHECKING:
    from whosecopy.assess.exposure_model import Rate, Span
    from whosecopy.cli.exposing import Told

MOST_CHANGES = 12
ASSUMED = (
    "Everybody leaks at the same constant rate, independently of others; nobody differs from anybody else.",
    "A leak is that anybody outside learns of it before the time given, whatever they do with it.",
    "The chances are as good as the rates that you gave; no number comes from this program.",
)


def share(span: "Span") -> str:
    """A chance with its range, in per cent.

    >>> from whosecopy.assess.exposure_model import Span
    >>> share(Span(0.1234, 0.05, 0.4))
    '12 % (5.0-40)'
    """
    return f"{percent(span.value)} % ({percent(span.low)}-{percent(span.high)})"


def percent(chance: float) -> str:
    """A chance in per cent with two digits."""
    value = 100 * chance
    if abs(value) < 0.001:
        return "0" if value == 0 else "<0.001"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.2g}" if value < 0.995 else f"{value:.1f}"


def rate_words(rate: "Rate") -> str:
    """A rate with its range and source."""
    return f"{rate.value:.3g} a day ({rate.low:.3g} to {rate.high:.3g}); source: {rate.source}"


def rates_rows(told: "Told") -> list[tuple[str, str]]:
    """What was given, by name."""
    rates = told.rates
    onward = rate_words(rates.onward) if rates.onward else "not given, so left out: the chances are lower limits"
    return [
        ("A holder leaks", rate_words(rates.leak)),
        ("A holder tells one more person", onward),
        ("Until", told.until),
    ]


def item_rows(told: "Told") -> list[tuple[str, str, str, str]]:
    """Each item: its holders, the median notice, the chance that it gets out."""
    return [(one.name, f"{one.holders}", days(one.notice_days), share(one.chance)) for one in told.exposure.items]


def growth_rows(told: "Told") -> list[tuple[str, str]]:
    """What one more of something adds to the chance that anything gets out."""
    return [(one.words, f"+{share(one.added)}") for one in told.exposure.growth]


def change_rows(told: "Told") -> list[tuple[str, str]]:
    """Changes, the best first, by how many fewer items are expected to get out, in hundredths of an item."""
    return [(one.words, share(one.gain)) for one in told.exposure.changes]


def days(count: float) -> str:
    """Days, or hours below two days."""
    if count >= 100:
        return f"{count:,.0f} days"
    return f"{count:.3g} days" if count >= 2 else f"{24 * count:.3g} hours"


def headline(told: "Told") -> str:
    """The answer in a line."""
    return f"Chance that anything gets out before {told.until}: {share(told.exposure.anything)}"


def grimes_line(told: "Told") -> str:
    """What the published rate would say; empty where nobody asked."""
    if told.grimes is None:
        return ""
    return (
        "Sensitivity only: with about 4e-6 a person and year (Grimes 2016, from conspiracies that came to light)"
        f" it would be {percent(told.grimes.value)} %."
    )


def show(told: "Told") -> None:
    """The exposure on the terminal."""
    from whosecopy.trace.report.page import visible

    screen = out()
    screen.print(headline(told))
    print_table(("item", "holders", "median notice", "chance to get out"), item_rows(told), {1, 2, 3})
    screen.print()
    print_table(("what adds to it", "adds"), growth_rows(told), {1})
    screen.print()
    rows = change_rows(told)
    print_table(("what could be changed, best first", "gains"), rows[:MOST_CHANGES], {1})
    if len(rows) > MOST_CHANGES:
        screen.print(f"... and {len(rows) - MOST_CHANGES} smaller ones (--json lists all)")
    screen.print()
    for name, words in rates_rows(told):
        screen.print(f"{name}: {visible(words)}")
    if told.grimes is not None:
        screen.print(grimes_line(told))
    screen.print("Gains are per cent of an item: 100 % is one item less that gets out. Ranges are those of the rates.")

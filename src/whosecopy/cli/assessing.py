"""`assess`: what the evidence outside any copy says; each command in a module of its own."""

from whosecopy.cli import assess_outcome, exposing, knowing
from whosecopy.cli.groups import group

assess = group("Was there a leak at all, who could have known, what would telling less gain?")
assess.command("outcome", short_help="Is a shortfall beyond chance?")(assess_outcome.outcome)
assess.command("knowledge", short_help="Who had been told what outsiders knew?")(knowing.knowledge)
assess.command("exposure", short_help="What would telling fewer, later or less gain?")(exposing.exposure)

"""Whose copy leaked? Individual copies of confidential documents, and exact evidence when one surfaces.

Reading order for a newcomer: `model`, `carriers.base`, `codes`, `seal.plan`, `trace.verdict`, `cli`.
"""

__version__ = "0.1.0"

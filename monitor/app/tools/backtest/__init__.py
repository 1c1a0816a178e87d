"""Backtest: replay the stored archive under two configurations and compare the alerts.

Nothing here sends or writes; the archive is read in parts, with no lock held.
"""

from monitor.app.tools.backtest.compare import AlertDifference, Backtest, Effect, TopicEffect

__all__ = ["AlertDifference", "Backtest", "Effect", "TopicEffect"]

"""Decide on quantity and time: spikes, absences and first names of a topic, from counts handed in.

Nothing here reads a store or a clock.
"""

"""The HTTP client: transport, address guard, limits, robots.txt, heartbeat.

The only home of httpx and httpcore.
"""

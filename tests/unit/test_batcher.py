"""The batcher: nothing that is handed in waits for ever."""

import asyncio
from collections.abc import Sequence

from monitor.batcher import Batcher


async def test_an_item_that_comes_as_the_last_batch_ends_is_served() -> None:
    async def double(items: Sequence[int]) -> Sequence[int]:
        return [2 * item for item in items]

    batcher = Batcher(double, most=10)
    async with asyncio.timeout(5):
        assert [await batcher.do(item) for item in range(200)] == [2 * item for item in range(200)]

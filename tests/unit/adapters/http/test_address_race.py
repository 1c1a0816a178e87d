"""The addresses of a host are tried side by side, in the way of RFC 8305."""

import asyncio

import httpcore
import pytest

from monitor.adapters.http import race
from monitor.adapters.http.race import first_connection, interleaved


class Stream(httpcore.AsyncMockStream):
    def __init__(self, address: str) -> None:
        super().__init__([])
        self.address, self.closed = address, False

    async def aclose(self) -> None:
        self.closed = True


class Dialler:
    """Connects after so many seconds; never where None, and fails at once where an error is given."""

    def __init__(self, **answers: float | Exception | None) -> None:
        self.answers, self.dialled, self.made = answers, list[str](), list[Stream]()

    async def __call__(self, address: str) -> httpcore.AsyncNetworkStream:
        self.dialled.append(address)
        answer = self.answers[address]
        if isinstance(answer, Exception):
            raise answer
        try:
            await asyncio.sleep(3600 if answer is None else answer)
        finally:
            self.made.append(Stream(address))
        return self.made[-1]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "NEXT_AFTER", 0.02)


async def connected(dialler: Dialler) -> str:
    stream = await asyncio.wait_for(first_connection(list(dialler.answers), dialler), 2)
    assert isinstance(stream, Stream)
    assert not stream.closed
    return stream.address


async def test_a_silent_address_holds_up_the_next_for_a_moment_only() -> None:
    assert await connected(Dialler(a=None, b=None, c=0.0)) == "c"


async def test_one_that_refuses_holds_up_nothing() -> None:
    refusing = {f"r{number}": httpcore.ConnectError() for number in range(9)}
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await connected(Dialler(**refusing, z=0.0)) == "z"
    assert loop.time() - began < 0.1


async def test_the_first_is_preferred_while_it_answers_in_time() -> None:
    dialler = Dialler(a=0.0, b=0.0)
    assert await connected(dialler) == "a"
    assert dialler.dialled == ["a"]


async def test_a_slow_first_may_still_win() -> None:
    dialler = Dialler(a=0.05, b=None)
    assert await connected(dialler) == "a"
    assert dialler.dialled == ["a", "b"]


async def test_the_last_error_is_the_answer_when_all_fail() -> None:
    dialler = Dialler(a=httpcore.ConnectError("first"), b=httpcore.ConnectTimeout("last"))
    with pytest.raises(httpcore.ConnectTimeout, match="last"):
        await connected(dialler)


async def test_an_error_that_is_about_us_ends_it() -> None:
    with pytest.raises(ValueError, match="ours"):
        await connected(Dialler(a=ValueError("ours"), b=0.0))


async def test_nothing_is_left_connecting() -> None:
    before = asyncio.all_tasks()
    await connected(Dialler(a=None, b=0.0))
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(
    ("given", "tried"),
    [
        (["2001:db8::1", "2001:db8::2", "192.0.2.1"], ["2001:db8::1", "192.0.2.1", "2001:db8::2"]),
        (["192.0.2.1", "192.0.2.2", "2001:db8::1"], ["192.0.2.1", "2001:db8::1", "192.0.2.2"]),
        (["192.0.2.1"], ["192.0.2.1"]),
    ],
)
def test_families_alternate(given: list[str], tried: list[str]) -> None:
    assert interleaved(given) == tried

"""What is said on a connection step by step, for whoever has other things to do: nothing waits where it must not, nothing is lost."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest

from tui_portal.mail.conversation import Conversation, Exchange, Waiting, waited_for

Ends = tuple[socket.socket, socket.socket]

_BIG = b"a line of a long letter\r\n" * 200_000  # more than lies between two ends of a connection


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Both ends of a connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def _talk(ends: Ends, waiting: Waiting, seconds: int = 30) -> Conversation:
    talk = Conversation(ends[0], seconds)
    talk.wait(waiting)
    return talk


@pytest.mark.parametrize("waiting", [Waiting.A_WHILE, Waiting.ELSEWHERE])
def test_what_finds_no_room_is_sent_when_there_is_some_and_whole(ends: Ends, waiting: Waiting) -> None:
    talk, theirs = _talk(ends, waiting), ends[1]
    exchange = Exchange(talk, talk.say(_BIG))
    came = bytearray()

    assert not exchange.go_on()
    assert exchange.event == select.POLLOUT
    while len(came) < len(_BIG):
        came += theirs.recv(1 << 20)
        exchange.go_on()

    assert bytes(came) == _BIG


@pytest.mark.parametrize("waiting", [Waiting.A_WHILE, Waiting.ELSEWHERE])
def test_an_answer_that_comes_in_pieces_is_put_together(ends: Ends, waiting: Waiting) -> None:
    talk, theirs = _talk(ends, waiting), ends[1]
    exchange = Exchange(talk, talk.answer())

    for piece in (b"", b"250-first", b" line\r\n25", b"0 second line\r"):
        theirs.sendall(piece)
        assert not exchange.go_on()
        assert exchange.event == select.POLLIN
    theirs.sendall(b"\n354 go on\r\n")
    assert exchange.go_on()

    assert exchange.outcome == (250, b"first line\nsecond line")
    assert talk.heard() == (354, b"go on")
    assert talk.heard() is None


@pytest.mark.parametrize("waiting", Waiting)
def test_an_answer_is_waited_for_only_so_long(ends: Ends, waiting: Waiting) -> None:
    talk = _talk(ends, waiting, 1 if waiting is Waiting.HERE else 0)
    if waiting is Waiting.HERE:
        with pytest.raises(TimeoutError):
            waited_for(talk.answer())
        return
    exchange = Exchange(talk, talk.answer())
    assert not exchange.go_on()

    with pytest.raises(TimeoutError):
        exchange.go_on(ready=False)


@pytest.mark.parametrize("waiting", [Waiting.A_WHILE, Waiting.ELSEWHERE])
def test_a_server_that_reads_nothing_is_waited_for_only_so_long(ends: Ends, waiting: Waiting) -> None:
    talk = _talk(ends, waiting, 0)
    exchange = Exchange(talk, talk.say(_BIG))
    assert not exchange.go_on()

    with pytest.raises(TimeoutError):
        exchange.go_on(ready=False)


def test_an_answer_without_end_is_an_error(ends: Ends) -> None:
    talk, theirs = _talk(ends, Waiting.A_WHILE), ends[1]
    exchange = Exchange(talk, talk.answer())

    def go_on_for_ever() -> None:
        while not exchange.go_on():
            theirs.sendall(b"250-more and more and more\r\n" * 100)

    with pytest.raises(OSError, match="the answer does not end"):
        go_on_for_ever()


def test_a_connection_that_ends_is_an_error(ends: Ends) -> None:
    talk = _talk(ends, Waiting.ELSEWHERE)
    exchange = Exchange(talk, talk.answer())
    assert not exchange.go_on()
    ends[1].close()

    with pytest.raises(ConnectionError):
        exchange.go_on()

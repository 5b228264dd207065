"""Tests reach nothing but this machine."""

import asyncio
import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443)])
async def test_whatever_is_not_loopback_is_refused(address: tuple[str, int]) -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="the network is closed in tests"):
        outside.connect(address)
    if address[0][0].isdigit():
        with pytest.raises(RuntimeError, match="the network is closed in tests"):
            await asyncio.open_connection(*address)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

"""Serve the world's feeds and article pages on loopback."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.cli.demo.world import NewsPiece, Outlet, World

FEED_ITEMS = 30
"""Items a feed shows: newest first, as real feeds do."""


def application(world: World, clock: Callable[[], datetime]) -> Starlette:
    """Answers by Host: `/feed.xml` with an ETag, and one page for each piece already published."""

    async def feed(request: Request) -> Response:
        outlet = _outlet(world, request)
        if outlet is None:
            return _missing()
        body = _feed(world, outlet, world.minute(clock()), request.headers["host"]).encode()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        return Response(body, media_type="application/rss+xml", headers={"etag": etag})

    async def page(request: Request) -> Response:
        outlet = _outlet(world, request)
        minute = world.minute(clock())
        piece = next((p for p in outlet.pieces if p.slug == request.path_params["slug"]), None) if outlet else None
        if outlet is None or piece is None or piece.minute > minute:
            return _missing()
        return Response(_page(world, outlet, piece, minute), media_type="text/html")

    return Starlette(routes=[Route("/feed.xml", feed), Route("/{slug}", page)])


def _outlet(world: World, request: Request) -> Outlet | None:
    host = request.headers.get("host", "").split(":")[0]
    return next((outlet for outlet in world.outlets if outlet.host == host), None)


def _missing() -> Response:
    return PlainTextResponse("nothing here", status_code=404)


def _feed(world: World, outlet: Outlet, minute: float, host: str) -> str:
    shown = sorted((p for p in outlet.pieces if p.minute <= minute), key=lambda p: p.minute, reverse=True)
    items = "".join(_item(world, piece, minute, host) for piece in shown[:FEED_ITEMS])
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(outlet.name)}</title>'
        f"<link>http://{host}/</link><language>{outlet.language}</language>{items}</channel></rss>"
    )


def _item(world: World, piece: NewsPiece, minute: float, host: str) -> str:
    teaser = piece.text_at(minute).strip().split("\n\n")[1 if piece.text_at(minute) is piece.edited else 0]
    return (
        f"<item><title>{escape(piece.title)}</title><link>http://{host}/{piece.slug}?utm_source=feed</link>"
        f"<guid>http://{host}/{piece.slug}</guid><pubDate>{format_datetime(world.time_of(piece.minute))}</pubDate>"
        f"<description>{escape(teaser)}</description></item>"
    )


def _page(world: World, outlet: Outlet, piece: NewsPiece, minute: float) -> str:
    title, name, at = escape(piece.title), escape(outlet.name), world.time_of(piece.minute)
    paragraphs = "".join(f"<p>{escape(p.strip())}</p>" for p in piece.text_at(minute).strip().split("\n\n"))
    others = "".join(f'<li><a href="/{p.slug}">{escape(p.title)}</a></li>' for p in outlet.pieces[:5] if p is not piece)
    return f"""<!doctype html>
<html lang="{outlet.language}"><head><meta charset="utf-8"><title>{title} - {name}</title></head><body>
<header><nav><a href="/">{name}</a> <a href="/sport">Sport</a> <a href="/weather">Weather</a></nav></header>
<main><article><h1>{title}</h1><time datetime="{at.isoformat()}">{at:%d %B %Y}</time>{paragraphs}</article></main>
<aside><h2>More</h2><ul>{others}</ul></aside>
<footer>{name}: an invented newspaper.</footer></body></html>"""

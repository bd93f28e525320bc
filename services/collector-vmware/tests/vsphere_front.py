"""A front before a simulated vCenter that spoils chosen answers: what the simulator is too kind for."""

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from devstack.certificate import Certificate, kept_certificate
from devstack.fixtures.vcenter import RunningVCenter
from devstack.ports import free_port

_METHOD = re.compile(rb"<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)")
_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>'
    "<faultcode>ServerFaultCode</faultcode><faultstring>{name}</faultstring><detail>"
    '<{name}Fault xmlns="urn:vim25" xsi:type="{name}">{detail}</{name}Fault>'
    "</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


@dataclass(frozen=True)
class Exchange:
    """A request, and its answer once there is one."""

    method: str
    request: bytes
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    answer: bytes = b""
    cookie: str | None = None
    """That the answer sets."""
    cut_at: int | None = None
    """Where the connection ends instead of the answer."""


class Fault(Protocol):
    """What happens to an exchange; `forward` asks the vCenter."""

    async def __call__(self, exchange: Exchange, forward: "Forward") -> Exchange: ...


class Forward(Protocol):
    """Asks the vCenter."""

    async def __call__(self, exchange: Exchange) -> Exchange: ...


def delayed(seconds: float) -> Fault:
    async def spoil(exchange: Exchange, forward: Forward) -> Exchange:
        await asyncio.sleep(seconds)
        return await forward(exchange)

    return spoil


def http_error(status: int) -> Fault:
    async def spoil(exchange: Exchange, forward: Forward) -> Exchange:
        return replace(exchange, status=status, content_type="text/html", answer=b"<html>Sorry</html>")

    return spoil


def soap_fault(name: str, detail: str = "") -> Fault:
    async def spoil(exchange: Exchange, forward: Forward) -> Exchange:
        return replace(exchange, status=500, answer=_FAULT.format(name=name, detail=detail).encode())

    return spoil


def cut() -> Fault:
    async def spoil(exchange: Exchange, forward: Forward) -> Exchange:
        answered = await forward(exchange)
        return replace(answered, cut_at=len(answered.answer) * 2 // 3)

    return spoil


def changed(
    answer: Callable[[bytes], bytes], request: Callable[[bytes], bytes] = lambda content: content
) -> Fault:
    """Let another request through than came in, or another answer than the vCenter gave."""

    async def spoil(exchange: Exchange, forward: Forward) -> Exchange:
        answered = await forward(replace(exchange, request=request(exchange.request)))
        return replace(answered, answer=answer(answered.answer))

    return spoil


@dataclass
class Rule:
    """A fault for a method's next exchanges that name something."""

    method: str
    fault: Fault
    left: int
    about: bytes

    def fits(self, exchange: Exchange) -> bool:
        return self.left > 0 and self.method == exchange.method and self.about in exchange.request


@dataclass
class VsphereFront:
    """Shows a vCenter at another port, under a certificate of its own."""

    vcenter: RunningVCenter
    directory: Path
    port: int = field(default_factory=free_port)
    rules: list[Rule] = field(default_factory=list)
    spoiled: Counter[str] = field(default_factory=Counter)
    """Exchanges that a fault happened to, by method."""
    asked: Counter[str] = field(default_factory=Counter)
    under_way: Counter[str] = field(default_factory=Counter)
    most_under_way: Counter[str] = field(default_factory=Counter)
    _runner: web.AppRunner | None = None
    _session: ClientSession | None = None

    @property
    def certificate(self) -> Certificate:
        return kept_certificate(self.directory)

    def spoil(self, method: str, fault: Fault, times: int = 10**9, about: str = "") -> None:
        """Let a fault happen to the next exchanges of a method."""
        self.rules.append(Rule(method, fault, times, about.encode()))

    def heal(self) -> None:
        self.rules.clear()

    async def start(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self.vcenter.ca_file))
        self._session = ClientSession(connector=TCPConnector(ssl=trusted), cookie_jar=DummyCookieJar())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.path, self.certificate.key_path)
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=context).start()

    async def stop(self) -> None:
        if self._runner is not None and self._session is not None:
            await self._runner.cleanup()
            await self._session.close()
            self._runner = self._session = None

    async def restart_with_another_certificate(self) -> None:
        """Come back as somebody else."""
        await self.stop()
        self.certificate.path.unlink()
        await self.start()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        found = _METHOD.search(body)
        exchange = Exchange(found.group(1).decode() if found else request.path, body)
        self.asked[exchange.method] += 1
        self.under_way[exchange.method] += 1
        now = self.under_way[exchange.method]
        self.most_under_way[exchange.method] = max(now, self.most_under_way[exchange.method])
        try:
            return await _sent(request, await self._answered(request, exchange))
        finally:
            self.under_way[exchange.method] -= 1

    async def _answered(self, request: web.Request, exchange: Exchange) -> Exchange:
        async def forward(exchange: Exchange) -> Exchange:
            return await self._forward(request, exchange)

        rule = next((rule for rule in self.rules if rule.fits(exchange)), None)
        if rule is None:
            return await forward(exchange)
        rule.left -= 1
        self.spoiled[exchange.method] += 1
        return await rule.fault(exchange, forward)

    async def _forward(self, request: web.Request, exchange: Exchange) -> Exchange:
        assert self._session is not None
        kept = {name: request.headers[name] for name in ("SOAPAction", "Cookie") if name in request.headers}
        headers = {**kept, "Content-Type": "text/xml; charset=utf-8"}
        url = self.vcenter.url + request.path
        async with self._session.request(
            request.method, url, data=exchange.request, headers=headers
        ) as answer:
            content = await answer.read()
            cookie = answer.headers.get("Set-Cookie")
            return replace(exchange, status=answer.status, answer=content, cookie=cookie)


async def _sent(request: web.Request, exchange: Exchange) -> web.StreamResponse:
    response = web.StreamResponse(status=exchange.status)
    response.headers["Content-Type"] = exchange.content_type
    if exchange.cookie:
        response.headers["Set-Cookie"] = exchange.cookie
    response.content_length = len(exchange.answer)
    await response.prepare(request)
    if exchange.cut_at is None:
        await response.write(exchange.answer)
        await response.write_eof()
    else:
        await response.write(exchange.answer[: exchange.cut_at])
        if request.transport is not None:
            request.transport.abort()
    return response


@asynccontextmanager
async def front_of(vcenter: RunningVCenter, directory: Path) -> AsyncIterator[VsphereFront]:
    """Run a front for the duration of the block."""
    front = VsphereFront(vcenter, directory)
    await front.start()
    try:
        yield front
    finally:
        await front.stop()

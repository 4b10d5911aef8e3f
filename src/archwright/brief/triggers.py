"""What starts an operation: an HTTP request, a GraphQL field, a message, a schedule, a command."""

from __future__ import annotations

import re

from archwright.brief.kinds import Definitions, Kind, Schema, Scope
from archwright.brief.nodes import Node, Scalar, quote
from archwright.brief.numbers import measure
from archwright.model.operation import GraphqlField, Http, Schedule
from archwright.model.quantity import Duration, QuantityError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROOTS = ("Query", "Mutation", "Subscription")
_SEGMENT = r"/([A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]{0,47}\}|:[a-z][a-z0-9_]{0,47})"
_PATH = rf"(/|({_SEGMENT}){{1,12}})"
_ENDPOINT = rf"({'|'.join(METHODS)})\s+{_PATH}"
_ROOT_FIELD = rf"({'|'.join(ROOTS)})\.[a-z][A-Za-z0-9_]{{0,47}}"
_CRON = r"(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)"
_CRON_FIELD = r"(\*|\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*)(/\d{1,2})?"
_CRON_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


class Endpoint(Kind[Http | GraphqlField]):
    """`POST /checkout`, `GET /orders/{id}` or `Query.products`."""

    name = "endpoint"
    expected = "a method and a path such as GET /orders/{id}, or a field such as Query.products"

    def read(self, node: Node, scope: Scope) -> Http | GraphqlField | None:
        text = self.text(node, scope)
        if text is None:
            return None
        if re.fullmatch(_ROOT_FIELD, text):
            root, _, field = text.partition(".")
            return GraphqlField(type=root, field=field)
        if re.fullmatch(_ENDPOINT, text):
            method, path = text.split()
            path = re.sub(r":([a-z][a-z0-9_]*)", r"{\1}", path)
            twice = {name for name in placeholders(path) if placeholders(path).count(name) > 1}
            if not twice:
                return Http(method=method, path=path)
            scope.note(node, f"{scope.path}: {{{min(twice)}}} stands twice in the path")
            return None
        method = text.split()[0] if text.split() else ""
        if method.upper() in METHODS and method not in METHODS:
            scope.note(node, f"{scope.path}: {quote(method)} is not a method", f"write {method.upper()}")
        else:
            scope.note(node, f"{scope.path} can't be {quote(text)}", f"write {self.expected}")
        return None

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": rf"^\s*({_ENDPOINT}|{_ROOT_FIELD})\s*$"}


class Every(Kind[Schedule]):
    """`1h`, or five cron fields in UTC."""

    name = "every"
    expected = 'a duration such as 1h, or five cron fields (UTC) such as "0 2 * * *"'

    def read(self, node: Node, scope: Scope) -> Schedule | None:
        text = self.text(node, scope)
        if text is None or not isinstance(node, Scalar):
            return None
        cron = re.fullmatch(_CRON, text)
        if cron is None:
            return self._duration(node, text, scope)
        for index, (part, (least, most)) in enumerate(zip(cron.groups(), _CRON_LIMITS, strict=True)):
            numbers = [int(number) for number in re.findall(r"\d+", part.partition("/")[0])]
            good = re.fullmatch(_CRON_FIELD, part, re.ASCII) and all(least <= number <= most for number in numbers)
            if not good:
                name = ("minute", "hour", "day of the month", "month", "day of the week")[index]
                place = node.at(node.text.find(text) + cron.start(index + 1))
                scope.note(place, f"{scope.path}: {quote(part)} is no {name}", f"write * or {least} to {most}")
                return None
        return Schedule(every=" ".join(cron.groups()))

    def _duration(self, node: Node, text: str, scope: Scope) -> Schedule | None:
        try:
            duration = measure(text, Duration)
        except QuantityError:
            scope.note(node, f"{scope.path} can't be {quote(text)}", f"write {self.expected}")
            return None
        if duration.value < 1:
            scope.note(node, f"{scope.path} is shorter than a second", "write 1s or more")
            return None
        return Schedule(every=str(duration))

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": rf"^\s*(\d\S*(\s+(ms|s|m|h|d|w|y))?|{_CRON})\s*$"}


def placeholders(path: str) -> list[str]:
    """The names in braces, in order."""
    return re.findall(r"\{([a-z][a-z0-9_]*)\}", path)


ENDPOINT = Endpoint()
EVERY = Every()

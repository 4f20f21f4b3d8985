"""Reads a Bicep file into its declarations; the expressions stay the grammar's nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from infra.check.findings import Fault, Finding

_ESCAPES = re.compile(r"\\(u\{[0-9a-fA-F]+\}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


class Kind(StrEnum):
    """What a declaration declares."""

    PARAM = "param"
    VAR = "var"
    RESOURCE = "resource"
    MODULE = "module"
    OUTPUT = "output"


_KINDS = {
    "parameter_declaration": Kind.PARAM,
    "variable_declaration": Kind.VAR,
    "resource_declaration": Kind.RESOURCE,
    "module_declaration": Kind.MODULE,
    "output_declaration": Kind.OUTPUT,
}
_COMMENTS = frozenset(("comment", "diagnostic_comment"))
_IGNORED = _COMMENTS | {"target_scope_assignment", "decorators"}


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One declaration of a file."""

    kind: Kind
    name: str
    line: int
    #: Its value: an expression, a loop, a condition; `None`: a parameter without a default.
    value: Node | None
    #: `string`, `int`, `bool`, `object`, `array` of parameters and outputs.
    type: str = ""
    #: What a resource or a module names: `Provider/type@version`, or a file.
    target: str = ""
    existing: bool = False
    decorators: Mapping[str, Node | None]

    @property
    def secure(self) -> bool:
        """Whether a parameter's value is secret."""
        return "secure" in self.decorators


@dataclass(frozen=True, kw_only=True)
class Template:
    """A Bicep file."""

    path: Path
    file: str
    declarations: Mapping[str, Declaration]
    outputs: Mapping[str, Declaration]
    findings: tuple[Finding, ...]

    def of(self, kind: Kind) -> Iterator[Declaration]:
        """Yield the declarations of a kind."""
        return (each for each in self.declarations.values() if each.kind is kind)


@lru_cache(maxsize=128)
def parse(path: Path, file: str, text: str) -> Template:
    """Return a file's declarations; what can't be read is a finding.

    A check looks at the same files under many choices of switches, so they are read once.
    """
    root = _parser().parse(text.encode()).root_node
    findings = [
        Finding(file=file, line=line_of(node), fault=Fault.SYNTAX, message="This can't be read as Bicep.")
        for node in _broken(root)
    ]
    declarations: dict[str, Declaration] = {}
    outputs: dict[str, Declaration] = {}
    decorators: dict[str, Node | None] = {}
    for node in root.named_children:
        if node.type == "decorators":
            decorators = dict(_decorator(each) for each in node.named_children)
            continue
        declared, decorators_of, decorators = _declaration(node, decorators), decorators, {}
        if declared is None:
            findings += _unread(node, file, decorators_of)
            continue
        names = outputs if declared.kind is Kind.OUTPUT else declarations
        if declared.name in names:
            message = f"{declared.name} is declared twice."
            findings.append(Finding(file=file, line=declared.line, fault=Fault.DUPLICATE, message=message))
        names[declared.name] = declared
    return Template(
        path=path, file=file, declarations=declarations, outputs=outputs, findings=tuple(findings)
    )


def _unread(node: Node, file: str, decorators: Mapping[str, Node | None]) -> Iterator[Finding]:
    if node.type not in _IGNORED and not node.has_error:
        message = f"The checker does not read {node.type.replace('_', ' ')}."
        yield Finding(file=file, line=line_of(node), fault=Fault.SYNTAX, message=message)
    elif decorators and node.type != "comment":
        message = "A decorator belongs before a declaration."
        yield Finding(file=file, line=line_of(node), fault=Fault.SYNTAX, message=message)


def line_of(node: Node) -> int:
    """Return the line that a node begins on, counted from 1."""
    return int(node.start_point[0]) + 1


@lru_cache(maxsize=1 << 16)
def text_of(node: Node) -> str:
    """Return a node's own text."""
    return (node.text or b"").decode()


@lru_cache(maxsize=1 << 16)
def children(node: Node) -> tuple[Node, ...]:
    """Return a node's named children, comments left out."""
    return tuple(child for child in node.named_children if child.type not in _COMMENTS)


@lru_cache(maxsize=1 << 16)
def string_parts(node: Node) -> tuple[str | Node, ...]:
    """Return what a string is made of: texts, and the expressions between them."""
    return tuple(part for part in _string_parts(node) if part != "")


def _string_parts(node: Node) -> Iterator[str | Node]:
    raw, start = text_of(node), node.start_byte
    if raw.startswith("'''"):
        yield raw[3:-3].removeprefix("\n")
        return
    source, at = raw.encode(), 1
    for child in node.named_children:
        if child.type == "interpolation":
            yield _unescaped(source[at : child.start_byte - start].decode())
            yield children(child)[0]
            at = child.end_byte - start
    yield _unescaped(source[at:-1].decode())


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bicep.language()))


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        found = match[1]
        return chr(int(found[2:-1], 16)) if len(found) > 1 else _ESCAPED.get(found, found)

    return _ESCAPES.sub(one, text)


def _broken(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _broken(child)


def _decorator(node: Node) -> tuple[str, Node | None]:
    call = children(node)[0]
    name, *arguments = children(call)
    given = children(arguments[0]) if arguments else []
    return text_of(name), given[0] if given else None


def _declaration(node: Node, decorators: Mapping[str, Node | None]) -> Declaration | None:
    kind = _KINDS.get(node.type)
    if kind is None or node.has_error:
        return None
    name, *rest = children(node)
    typed = kind in {Kind.PARAM, Kind.OUTPUT}
    target = kind in {Kind.RESOURCE, Kind.MODULE}
    first = rest.pop(0) if typed or target else None
    return Declaration(
        kind=kind,
        name=text_of(name),
        line=line_of(node),
        value=rest[0] if rest else None,
        type=text_of(first) if typed and first else "",
        target="".join(map(str, string_parts(first))) if target and first else "",
        existing=any(child.type == "existing" for child in node.children),
        decorators=decorators,
    )

"""Whether every name that a file uses is declared, and every name that it declares is used."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from infra.check.calling import known_functions
from infra.check.findings import Fault, Finding
from infra.check.syntax import Declaration, Kind, Template, children, line_of, text_of


def unresolved(template: Template) -> Iterator[Finding]:
    """Yield the names that are used and not declared, and those that are declared and not used."""
    used: set[str] = set()
    for declaration in (*template.declarations.values(), *template.outputs.values()):
        nodes = [node for node in (declaration.value, *declaration.decorators.values()) if node is not None]
        for node in nodes:
            for name, line, is_function in _names(node, frozenset()):
                used.add(name)
                known = known_functions() if is_function else template.declarations
                if name not in known:
                    yield _missing(template, line, name, is_function=is_function)
    yield from _unused(template, used)


def _missing(template: Template, line: int, name: str, *, is_function: bool) -> Finding:
    fault = Fault.UNKNOWN_FUNCTION if is_function else Fault.UNDECLARED
    what = "no function that the checker knows" if is_function else "not declared"
    return Finding(file=template.file, line=line, fault=fault, message=f"{name} is {what}.")


def _unused(template: Template, used: set[str]) -> Iterator[Finding]:
    for declaration in template.declarations.values():
        if _must_be_used(declaration) and declaration.name not in used:
            message = f"The {declaration.kind} {declaration.name} is not used."
            yield Finding(file=template.file, line=declaration.line, fault=Fault.UNUSED, message=message)


def _must_be_used(declaration: Declaration) -> bool:
    return declaration.kind in {Kind.PARAM, Kind.VAR} or declaration.existing


def _names(node: Node, local: frozenset[str]) -> Iterator[tuple[str, int, bool]]:
    """Yield the names in an expression that are not its own, with their lines; and which are functions'."""
    match node.type:
        case "identifier":
            if text_of(node) not in local:
                yield text_of(node), line_of(node), False
        case "call_expression":
            yield from _called(node, local)
        case "object_property":
            key, value = children(node)
            yield from () if key.type == "identifier" else _names(key, local)
            yield from _names(value, local)
        case "for_statement":
            parameters, array, body = children(node)
            names = [text_of(each) for each in children(parameters)] or [text_of(parameters)]
            yield from _names(array, local)
            yield from _names(body, local.union(names))
        case "lambda_expression":
            *named, body = children(node)
            yield from _names(body, local.union(text_of(each) for each in named))
        case _:
            for child in children(node):
                yield from _names(child, local)


def _called(node: Node, local: frozenset[str]) -> Iterator[tuple[str, int, bool]]:
    function, arguments = children(node)
    if function.type == "identifier":
        yield text_of(function), line_of(function), True
    else:
        yield from _names(function, local)
    yield from _names(arguments, local)

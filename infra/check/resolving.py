"""Resolves a template and its modules into a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tree_sitter import Node

from infra.check.calling import Calls, Read, Target
from infra.check.evaluating import Evaluator, Locals
from infra.check.findings import Fault, Finding
from infra.check.functions import resource_id
from infra.check.handing import deferred, fits, handed_over, secured
from infra.check.plan import Plan, PlannedResource
from infra.check.schemas.catalogue import Schemas
from infra.check.syntax import Declaration, Kind, Template, children, line_of, parse, text_of
from infra.check.values import (
    Located,
    ModuleReference,
    Reference,
    Runtime,
    Unusable,
    is_deferred,
    is_secret,
)

#: Not part of what is sent.
_OF_BICEP = frozenset(("parent", "scope", "dependsOn", "name"))


class Resolution:
    """The resolution of one deployment; the files are read once.

    Args:
        root: what the files' names are told from.
        target: where the deployment goes.
        schemas: what can be read from resources.
        read: reads a file.
    """

    def __init__(self, *, root: Path, target: Target, schemas: Schemas, read: Read) -> None:
        self.target = target
        self.schemas = schemas
        self.read = read
        self.findings: list[Finding] = []
        self.resources: list[PlannedResource] = []
        self.templates: dict[Path, Template] = {}
        #: What each module was given, the last time.
        self.given: dict[Path, Mapping[str, Any]] = {}
        self._root = root

    def plan(self, path: Path, parameters: Mapping[str, Any]) -> Plan:
        """Resolve the deployment of a file; what is wrong is in `findings`."""
        template = self.template(path)
        deployment = Deployment(template, secured(template, parameters), self)
        return Plan(outputs=deployment.run(), resources=tuple(self.resources))

    def template(self, path: Path) -> Template:
        """Return a file, read once."""
        if path not in self.templates:
            file = str(path.relative_to(self._root))
            template = self.templates[path] = parse(path, file, self.read(path))
            self.findings += template.findings
        return self.templates[path]

    def report(self, template: Template, line: int, fault: Fault, message: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(file=template.file, line=line, fault=fault, message=message))


class Deployment:
    """The deployment of one file: the template's own, or a module's."""

    def __init__(self, template: Template, parameters: Mapping[str, Any], resolution: Resolution) -> None:
        self._template = template
        self._resolution = resolution
        self._given = parameters
        self._values: dict[str, Any] = {}
        self._evaluator = Evaluator(
            file=template.file,
            lookup=self._value,
            calls=Calls(target=resolution.target, directory=template.path.parent, read=resolution.read),
            schemas=resolution.schemas,
            report=self._report,
        )

    def run(self) -> dict[str, Any]:
        """Resolve all of it and return the outputs."""
        for declaration in self._template.declarations.values():
            self._value(declaration.name)
        return {name: self._output(each) for name, each in self._template.outputs.items()}

    def _report(self, line: int, fault: Fault, message: str) -> None:
        self._resolution.report(self._template, line, fault, message)

    def _value(self, name: str) -> Any:
        declaration = self._template.declarations[name]
        if name not in self._values:
            self._values[name] = Unusable()  # what leads back to itself finds this
            self._values[name] = self._resolved(declaration)
        return self._values[name]

    def _resolved(self, declaration: Declaration) -> Any:
        match declaration.kind:
            case Kind.PARAM:
                return self._parameter(declaration)
            case Kind.RESOURCE:
                return self._each(declaration, self._resource)
            case Kind.MODULE:
                return self._each(declaration, self._module)
            case _:
                return self._variable(declaration)

    def _variable(self, declaration: Declaration) -> Any:
        if declaration.value is None:
            return Unusable()
        value = self._evaluator.evaluate(declaration.value, {})
        if declaration.value.type == "for_statement" and is_deferred(value):
            message = f"The loop of {declaration.name} needs what is known only while the deployment runs."
            self._report(declaration.line, Fault.NOT_AT_START, message)
        return value

    def _parameter(self, declaration: Declaration) -> Any:
        if declaration.name in self._given:
            value = self._given[declaration.name]
        elif declaration.value is not None:
            value = self._evaluator.evaluate(declaration.value, {})
            if declaration.secure and value:
                message = f"The secret {declaration.name} has a default that everybody can read."
                self._report(declaration.line, Fault.SECRET, message)
        else:
            message = f"The parameter {declaration.name} is given no value."
            self._report(declaration.line, Fault.PARAMETER, message)
            return Unusable()
        self._check_parameter(declaration, value)
        return value

    def _check_parameter(self, declaration: Declaration, value: Any) -> None:
        allowed = declaration.decorators.get("allowed")
        if allowed is not None and not isinstance(value, Runtime | Unusable):
            values = self._evaluator.evaluate(allowed, {})
            if value not in values:
                message = f"{declaration.name} may be {', '.join(map(str, values))}, not {value}."
                self._report(declaration.line, Fault.PARAMETER, message)
        if not fits(value, declaration.type):
            message = f"{declaration.name} is to be of type {declaration.type}, which {value!r} is not."
            self._report(declaration.line, Fault.PARAMETER, message)

    def _output(self, declaration: Declaration) -> Any:
        if declaration.value is None:
            return Unusable()
        value = self._evaluator.evaluate(declaration.value, {})
        if is_secret(value):
            message = f"The output {declaration.name} shows a secret to whoever reads the deployment."
            self._report(declaration.line, Fault.SECRET, message)
        if not fits(value, declaration.type):
            message = f"The output {declaration.name} is no {declaration.type}."
            self._report(declaration.line, Fault.WRONG_TYPE, message)
        return value

    def _each(self, declaration: Declaration, make: Any) -> Any:
        """Make a resource or a module, or each of a loop's."""
        node = declaration.value
        if node is None:
            return Unusable()
        if node.type != "for_statement":
            return self._conditional(declaration, node, {}, make)
        turns = self._evaluator.iterations(node, {})
        return [self._conditional(declaration, children(node)[-1], turn, make) for turn in turns]

    def _conditional(self, declaration: Declaration, node: Node, local: Locals, make: Any) -> Any:
        wanted = True
        if node.type == "if_statement":
            test, node = children(node)
            condition = self._evaluator.evaluate(test, local)
            if is_deferred(condition):
                message = f"Whether there is a {declaration.name} is known only while the deployment runs."
                self._report(line_of(test), Fault.NOT_AT_START, message)
            wanted = bool(condition)
        before = len(self._resolution.findings)
        made = make(declaration, node, local, wanted=wanted)
        if not wanted:  # its values may not be there: another choice of switches looks at it
            del self._resolution.findings[before:]
        return made

    def _resource(self, declaration: Declaration, node: Node, local: Locals, *, wanted: bool) -> Any:
        resource_type, _, api_version = declaration.target.partition("@")
        said = self._evaluated(node, local)
        name, parent = said.get("name"), said.get("parent")
        self._check_name(declaration, said, name)
        scope = said.get("scope")
        full = f"{parent.name}/{name}" if isinstance(parent, Reference) else str(name)
        self._check_levels(declaration, said, resource_type, full, parent)
        reference = Reference(
            symbol=declaration.name,
            type=resource_type,
            api_version=api_version,
            name=full,
            id=self._id(resource_type, full, scope),
            parent=parent if isinstance(parent, Reference) else None,
        )
        if wanted and not declaration.existing:
            self._resolution.resources.append(
                PlannedResource(
                    file=said.file,
                    line=said.line,
                    symbol=declaration.name,
                    type=resource_type,
                    api_version=api_version,
                    name=full,
                    id=reference.id,
                    said=_without(said, _OF_BICEP - {"name"}),
                    scope=scope.id if isinstance(scope, Reference) else "",
                )
            )
        return reference

    def _evaluated(self, node: Node, local: Locals) -> Located:
        value = self._evaluator.evaluate(node, local)
        if isinstance(value, Located):
            return value
        self._report(line_of(node), Fault.SYNTAX, f"An object is needed, not {text_of(node)[:40]}.")
        return Located(self._template.file, line_of(node))

    def _check_name(self, declaration: Declaration, said: Located, name: object) -> None:
        if name is None:
            message = f"{declaration.name} has no name."
            self._report(said.line, Fault.MISSING_PROPERTY, message)
        elif is_deferred(name):
            message = f"The name of {declaration.name} is known only while the deployment runs."
            self._report(said.line_of("name"), Fault.NOT_AT_START, message)

    def _check_levels(
        self, declaration: Declaration, said: Located, resource_type: str, name: str, parent: Any
    ) -> None:
        if isinstance(parent, Unusable):
            return
        expected = resource_type.rpartition("/")[0]
        if parent is not None and (not isinstance(parent, Reference) or parent.type != expected):
            found = parent.type if isinstance(parent, Reference) else "no resource"
            message = f"The parent of {declaration.name} has to be a {expected}, and is {found}."
            self._report(said.line_of("parent"), Fault.WRONG_PARENT, message)
        elif name.count("/") + 1 != resource_type.count("/"):
            message = f"{resource_type} needs {resource_type.count('/')} names, and has {name}."
            self._report(said.line_of("name"), Fault.WRONG_PARENT, message)

    def _id(self, resource_type: str, name: str, scope: Any) -> str:
        base = scope.id if isinstance(scope, Reference) else self._resolution.target.scope
        try:
            return resource_id(resource_type, *name.split("/"), scope=base)
        except ValueError:
            return f"{base}/providers/{resource_type}/{name}"  # reported as a wrong parent

    def _module(self, declaration: Declaration, node: Node, local: Locals, *, wanted: bool) -> Any:
        path = (self._template.path.parent / declaration.target).resolve()
        said = self._evaluated(node, local)
        self._check_name(declaration, said, said.get("name", declaration.name))
        for key in set(said) - {"name", "params", "scope", "dependsOn"}:
            message = f"A module has no {key}."
            self._report(said.line_of(key), Fault.UNKNOWN_PROPERTY, message)
        try:
            template = self._resolution.template(path)
        except OSError:
            message = f"There is no file {declaration.target}."
            self._report(declaration.line, Fault.SYNTAX, message)
            return Unusable()
        given = said.get("params", Located(said.file, said.line))
        parameters = dict(handed_over(declaration, template, given, self._report))
        self._resolution.given[path] = parameters
        before = len(self._resolution.resources)
        outputs = Deployment(template, parameters, self._resolution).run()
        if not wanted:  # its faults count, its resources do not
            del self._resolution.resources[before:]
        name = str(said.get("name", declaration.name))
        later = {key: deferred(value) for key, value in outputs.items()}
        return ModuleReference(symbol=declaration.name, name=name, outputs=later)


def _without(said: Located, keys: frozenset[str]) -> Located:
    kept = Located(said.file, said.line)
    kept.lines = said.lines
    kept.update({key: value for key, value in said.items() if key not in keys})
    return kept

"""What a code base says of itself beside its code: dependencies, conventions, contracts, what runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from archwright.model.system import Contract, ContractKind, Dependency, ProjectFacts
from archwright.source.dependencies import declares, dependencies_of
from archwright.source.program import Program
from archwright.source.survey.conventions import conventions
from archwright.source.survey.environment import WORDS, environment
from archwright.source.tests_left_out import is_test

_OPENAPI: Final = re.compile(r"(?:^|/)(?:openapi|swagger)[^/]*\.(?:ya?ml|json)$")


def project_facts(program: Program, root: Path, read: Callable[[str], str]) -> ProjectFacts:
    """The facts; `read` gives the text of a file by its path below `root`."""
    others = sorted(path for _, paths in program.discovery.others for path in paths if not is_test(path))
    needed: dict[tuple[str, str], Dependency] = {}
    for path in others:
        if declares(path):
            for dependency in dependencies_of(path, read(path)):
                needed.setdefault((dependency.name, dependency.specifier), dependency)
    dependencies = tuple(needed[key] for key in sorted(needed))
    contracts = [Contract(kind=ContractKind.OPENAPI, path=path) for path in others if _OPENAPI.search(path)]
    contracts += [
        Contract(kind=ContractKind.GRAPHQL, path=path) for path in others if path.endswith((".graphql", ".graphqls"))
    ]
    return ProjectFacts(
        frameworks=program.stats.frameworks,
        languages=(("Python", program.stats.lines),),
        dependencies=dependencies,
        contracts=tuple(contracts),
        conventions=conventions(program, root, dependencies, read),
        environment=environment(program.project, program.modules_with(WORDS)),
    )

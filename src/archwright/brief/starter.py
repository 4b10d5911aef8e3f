"""The brief that `archwright init` writes: small, complete, and commented where a newcomer will edit."""

from __future__ import annotations

import re

_STARTER = """\
# yaml-language-server: $schema={schema}
# Every word of this file is explained in docs/brief.md of archwright; an editor shows the same on hover.
system: {name}
about: Keeps the tasks of people who work together.

# What the whole must reach. Write `unknown` for a number you do not know: the design names what waits for it.
goals: {{availability: 99.9%, rpo: 5m, rto: 1h, team: 3 engineers, budget: 200 USD/month, horizon: 12 months, growth: 2x/year}}

# Kinds of callers. `entity` is the row that stands for the caller.
roles:
  member: {{from: oidc, entity: Member}}
  admin:  {{from: oidc, claim: groups/admin}}

# What is kept: each field a type and its words, then facts about the whole (count, keep, unique, check, ...).
entities:
  Member:  {{email: email unique pii, name: text pii max 200, count: 5k}}
  Project: {{name: text max 200, owner: -> Member, created: timestamp default now, count: 2k}}
  Task:    {{part_of: Project, title: text search max 200, status: todo|doing|done default todo, due: date optional, assignee: -> Member optional on_delete clear, count: 100k, keep: 5y}}

# What callers ask for: what it reads or writes, how often, how fast, how fresh, and who may.
operations:
  my_projects:    {{read: Project, by: owner, sort: -created, page: 20, rate: 5/s, p95: 200ms, stale: 0s, who: member owns owner}}
  start_project:  {{write: Project, rate: 10/min, p95: 300ms, idempotent: true, who: member owns owner}}
  tasks:          {{read: Task, by: [project, status optional], sort: due, page: 50, rate: 20/s, p95: 200ms, stale: 0s, who: member owns project.owner}}
  add_task:       {{write: Task, rate: 1/s, p95: 300ms, idempotent: true, who: member owns project.owner}}
  finish_task:    {{write: Task.status = done, rate: 1/s, p95: 300ms, who: member owns project.owner when status != done}}
  delete_project: {{delete: Project, rate: 5/day, p95: 1s, who: [member owns owner, admin]}}
  load:           {{read: Task, scan: all, measure: count, group: status, rate: 50/day, p95: 10s, stale: 1h, who: admin}}
"""


def starter(name: str, schema: str) -> str:
    """The text of a brief for a system called after `name` (any text), whose editor schema lies at `schema`."""
    return _STARTER.format(name=system_name(name), schema=schema)


def system_name(text: str) -> str:
    """The nearest name of a system to any text; `my-system` where nothing of it can stand."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    plain = re.sub(r"^[^a-z]+", "", plain)[:48].strip("-")
    return plain or "my-system"

"""Connections in each instance's pool.

The fewest connections with which at most 5 % of the requests wait: Erlang C of (peak * hold time). An instance must carry its
share of the peak with one other away. All pools together stay below max_connections less a reserve of 10, else a pooler
(PgBouncer, transaction mode) stands between. External calls never happen while a connection is held.

Source: Erlang 1917; PostgreSQL documentation, 20.3; rules 3 and 4 of the design rules.
"""

from __future__ import annotations

import msgspec

from archwright.design import assumption
from archwright.design.capacity import SERVICE
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, derived, percent, plain, seconds, unknown_paths
from archwright.design.queueing import erlang_c, servers_needed
from archwright.design.work import works
from archwright.model.decision import Alternative, Decision, Flip

RESERVE = 10


def decide(draft: Draft) -> None:
    """Size the pools by Erlang C."""
    all_work = works(draft)
    process = draft.processes.get(SERVICE)
    if process is None:
        return
    carrying = max(1, process.instances - 1)
    offered = sum(work.peak.value * work.hold for work in all_work) / carrying
    size = servers_needed(offered, assumption.WAITING.value)
    draft.processes[SERVICE] = msgspec.structs.replace(process, connections=size)
    total = size * process.instances
    room = assumption.MAX_CONNECTIONS.value - RESERVE
    pooler = total > room
    waiting, tighter = erlang_c(offered, size), erlang_c(offered, max(1, size - 1))
    calls = sum(work.peak.value for work in all_work)
    hold = offered * carrying / calls if calls else 0.0
    draft.decide(
        Decision(
            id="pool",
            title="Database connections of an instance",
            choice=f"{size} connections" + (", through a pooler" if pooler else ""),
            because=f"With {size}, {percent(round(waiting, 4))} of the requests wait at the peak; with {max(1, size - 1)}, {percent(round(tighter, 4))}.",
            formula="smallest c with ErlangC(peak * hold / instances, c) <= 5 %",
            threshold="5 % wait",
            source="Erlang 1917; PostgreSQL documentation, 20.3; rules 3 and 4",
            evidence=(
                derived("mean hold time", hold, seconds(hold), "statements * round trip + database + commit").evidence,
                derived(
                    "offered load of an instance", offered, f"{plain(offered)} erlang", "peak * hold / (instances - 1)"
                ).evidence,
                assumed("may wait", assumption.WAITING).evidence,
                derived("connections in all", total, str(total), "instances * connections").evidence,
                assumed("max_connections", assumption.MAX_CONNECTIONS).evidence,
            ),
            alternatives=(
                Alternative(
                    name="a large pool, to be safe",
                    because="beyond the cores, connections queue inside the database and switch contexts",
                ),
                Alternative(name="a connection a request", because="a new process of the database for each request"),
            ),
            flips=(Flip(input="connections in all", at=f"above {int(room)}", to="a pooler in transaction mode"),),
            depends_on_unknown=unknown_paths(*(work.peak for work in all_work)),
            elements=(f"process {SERVICE}",),
        )
    )


STAGE = Stage("pool", "Connection pools", __doc__, decide)

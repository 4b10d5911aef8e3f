"""What may be lost, and for how long the service may be away, when a machine is lost.

RPO 0: a commit is acknowledged when a standby in another zone has it too (synchronous replication); its price is one round trip
a commit. RPO above 0: the log is archived at least that often. RTO: with a standby, the fail-over; without, reading the backup
back: size / 100 MB/s.

Source: PostgreSQL documentation, chapters 26 "Backup and Restore" and 27.2.8 "Synchronous Replication"; rule 53.
"""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, derived, given, seconds, size
from archwright.design.storage import horizon_bytes, today_bytes
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.physical import Process

STANDBY = "postgresql-standby"


def decide(draft: Draft) -> None:
    """Choose standby and archive from RPO and RTO; without goals, a daily backup with the log archived."""
    goals = draft.system.goals
    if not draft.system.entities:
        return
    stored = max(today_bytes(draft), horizon_bytes(draft))
    restore = stored / assumption.RESTORE_RATE.value
    lossless = goals.rpo is not None and goals.rpo.value == 0
    fast = goals.rto is not None and restore > goals.rto.value
    standby = lossless or fast
    if standby:
        draft.processes[STANDBY] = Process(
            name=STANDBY, kind="database", technology="PostgreSQL, standby in another zone"
        )
    archive = (
        f"the log archived every {seconds(goals.rpo.value)}"
        if goals.rpo is not None and goals.rpo.value
        else "the log archived"
    )
    if lossless:
        choice, because = (
            "a synchronous standby in another zone, and the log archived",
            "No acknowledged write may be lost, so a commit waits until a second machine has it.",
        )
    elif fast:
        choice, because = (
            f"an asynchronous standby, and {archive}",
            f"Reading {size(stored)} back takes {seconds(restore)}, longer than the goal.",
        )
    else:
        choice, because = (
            f"a daily base backup, and {archive}",
            f"Reading {size(stored)} back takes {seconds(restore)}.",
        )
    evidence = [
        given("RPO", goals.rpo.value, str(goals.rpo), None).evidence
        if goals.rpo is not None
        else Evidence(name="RPO", value="unknown", source="not given"),
        given("RTO", goals.rto.value, str(goals.rto), None).evidence
        if goals.rto is not None
        else Evidence(name="RTO", value="unknown", source="not given"),
        derived("data to read back", stored, size(stored), "tables and indexes at the horizon").evidence,
        derived("time to read it back", restore, seconds(restore), "data / 100 MB/s").evidence,
        assumed("fail-over", assumption.FAILOVER).evidence,
        assumed("round trip to the standby", assumption.ROUND_TRIP).evidence,
    ]
    unknown = tuple(name for name, value in (("goals.rpo", goals.rpo), ("goals.rto", goals.rto)) if value is None)
    draft.decide(
        Decision(
            id="durability",
            title="Loss of a machine",
            choice=choice,
            because=because,
            formula="RPO 0: synchronous standby; restore time = data / 100 MB/s <= RTO, else a standby",
            source="PostgreSQL documentation, chapter 26 and 27.2.8; rule 53",
            evidence=tuple(evidence),
            alternatives=(
                Alternative(name="backup alone", because="the writes since the last archived log would be lost")
                if lossless
                else Alternative(
                    name="synchronous standby",
                    because="every commit waits for another zone, for a goal that does not ask for it",
                ),
                Alternative(name="several regions", because="30 to 150 ms a commit; no law or goal asks for it"),
            ),
            flips=(
                Flip(input="RPO", at="above 0 s", to="asynchronous standby")
                if lossless
                else Flip(input="RPO", at="0 s", to="synchronous standby"),
            ),
            depends_on_unknown=unknown,
            elements=(f"process {STANDBY}",) if standby else (),
        )
    )


STAGE = Stage("durability", "Loss of a machine", __doc__, decide)

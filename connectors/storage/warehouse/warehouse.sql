-- Tables of the build database that are ours rather than dbt's; every statement may run again.
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE SCHEMA IF NOT EXISTS raw;
CREATE SCHEMA IF NOT EXISTS decisions;
CREATE SCHEMA IF NOT EXISTS versions;
CREATE SCHEMA IF NOT EXISTS outbox;
CREATE SCHEMA IF NOT EXISTS candidates;

CREATE TABLE IF NOT EXISTS ledger.intents (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, start_offset BIGINT NOT NULL, end_offset BIGINT NOT NULL,
    run_id VARCHAR NOT NULL, PRIMARY KEY (topic, "partition", start_offset)
);
CREATE TABLE IF NOT EXISTS ledger.landed (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, start_offset BIGINT NOT NULL, end_offset BIGINT NOT NULL,
    rows BIGINT NOT NULL, rejected BIGINT NOT NULL, run_id VARCHAR NOT NULL, landed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (topic, "partition", start_offset)
);
CREATE TABLE IF NOT EXISTS ledger.beginnings (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, first_offset BIGINT NOT NULL, PRIMARY KEY (topic, "partition")
);
CREATE TABLE IF NOT EXISTS ledger.unproven (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, end_offset BIGINT NOT NULL, PRIMARY KEY (topic, "partition")
);
CREATE TABLE IF NOT EXISTS ledger.strangers (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, start_offset BIGINT NOT NULL, end_offset BIGINT NOT NULL,
    records BIGINT NOT NULL, PRIMARY KEY (topic, "partition", start_offset)
);
CREATE TABLE IF NOT EXISTS ledger.gaps (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, start_offset BIGINT NOT NULL, end_offset BIGINT,
    resumed_at BIGINT NOT NULL, cause VARCHAR NOT NULL, as_of TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ NOT NULL, accepted_by VARCHAR NOT NULL, run_id VARCHAR NOT NULL
);
ALTER TABLE ledger.gaps DROP COLUMN IF EXISTS since;
CREATE TABLE IF NOT EXISTS ledger.fence (number BIGINT NOT NULL, run_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS ledger.dead_letters (
    topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL, "offset" BIGINT NOT NULL, outcome VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL, reason VARCHAR NOT NULL, decided_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (topic, "partition", "offset")
);
CREATE TABLE IF NOT EXISTS ledger.obsolete (file_name VARCHAR PRIMARY KEY);
CREATE TABLE IF NOT EXISTS ledger.topic_ids (topic VARCHAR PRIMARY KEY, topic_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS ledger.builds (inputs_digest VARCHAR NOT NULL, run_id VARCHAR NOT NULL, failed VARCHAR[] NOT NULL);
ALTER TABLE ledger.builds ADD COLUMN IF NOT EXISTS seeds_digest VARCHAR;
ALTER TABLE ledger.builds ADD COLUMN IF NOT EXISTS findings JSON;
ALTER TABLE ledger.builds ADD COLUMN IF NOT EXISTS messages VARCHAR[];
ALTER TABLE ledger.builds ADD COLUMN IF NOT EXISTS basis_digest VARCHAR;
ALTER TABLE ledger.builds ADD COLUMN IF NOT EXISTS positions JSON;
ALTER TABLE ledger.builds ADD COLUMN IF NOT EXISTS built VARCHAR[];
CREATE TABLE IF NOT EXISTS ledger.runs (
    run_id VARCHAR PRIMARY KEY, as_of TIMESTAMPTZ NOT NULL, started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ, status VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.skips (run_id VARCHAR PRIMARY KEY, skipped_at TIMESTAMPTZ NOT NULL, reason VARCHAR NOT NULL);

CREATE OR REPLACE VIEW ledger.pending AS
SELECT i.* FROM ledger.intents i ANTI JOIN ledger.landed USING (topic, "partition", start_offset);
CREATE OR REPLACE VIEW ledger.positions AS
SELECT topic, "partition", max(reached) AS next_offset FROM (
    SELECT topic, "partition", end_offset AS reached FROM ledger.landed
    UNION ALL
    SELECT topic, "partition", resumed_at AS reached FROM ledger.gaps
) GROUP BY ALL;
-- The letters and records, from an offset on, that no share of dead letters counts. An unproven record is neither, unless
-- a secret put back has proven it; a dropped letter stays a record.
CREATE OR REPLACE VIEW ledger.left_out AS
WITH settled AS (
    SELECT letters.*, runs.topic IS NOT NULL AS is_unproven FROM ledger.dead_letters AS letters
    LEFT JOIN ledger.strangers AS runs
        ON runs.topic = letters.topic AND runs."partition" = letters."partition"
        AND letters."offset" >= runs.start_offset AND letters."offset" < runs.end_offset
)
SELECT topic, "partition", start_offset AS "offset", records AS letters, records FROM ledger.strangers
UNION ALL
SELECT topic, "partition", "offset", -1, -1 FROM settled WHERE is_unproven AND outcome = 'redriven'
UNION ALL
SELECT topic, "partition", "offset", 1, 0 FROM settled WHERE NOT is_unproven AND outcome = 'dropped';

CREATE TABLE IF NOT EXISTS decisions.publications (
    metric VARCHAR NOT NULL, version BIGINT NOT NULL, as_of TIMESTAMPTZ NOT NULL, valid_through TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ, rows BIGINT NOT NULL, digest VARCHAR NOT NULL, suite_digest VARCHAR NOT NULL,
    checks_evaluated BIGINT NOT NULL, status VARCHAR NOT NULL, held_since TIMESTAMPTZ, reason VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL, PRIMARY KEY (metric, version)
);
CREATE TABLE IF NOT EXISTS decisions.gate_results (
    run VARCHAR NOT NULL, metric VARCHAR NOT NULL, candidate_version BIGINT, "check" VARCHAR NOT NULL,
    severity VARCHAR NOT NULL, outcome VARCHAR NOT NULL, observed VARCHAR NOT NULL, expected VARCHAR NOT NULL
);
ALTER TABLE decisions.gate_results ADD COLUMN IF NOT EXISTS lowest DOUBLE;
ALTER TABLE decisions.gate_results ADD COLUMN IF NOT EXISTS highest DOUBLE;
CREATE TABLE IF NOT EXISTS decisions.breaches (
    run VARCHAR NOT NULL, metric VARCHAR NOT NULL, "check" VARCHAR NOT NULL, key VARCHAR NOT NULL, observed VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions.restatements (
    metric VARCHAR NOT NULL, key VARCHAR NOT NULL, "column" VARCHAR NOT NULL, old VARCHAR, new VARCHAR,
    old_version BIGINT NOT NULL, new_version BIGINT NOT NULL, cause VARCHAR NOT NULL, source_offsets VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions.lineage (
    metric VARCHAR NOT NULL, version BIGINT NOT NULL, topic VARCHAR NOT NULL, "partition" INTEGER NOT NULL,
    first_offset BIGINT NOT NULL, last_offset BIGINT NOT NULL, records BIGINT NOT NULL, digest VARCHAR NOT NULL
);
-- The fetches selected for the days of a group, once for each span of decisions with them; spans are of inputs.number.
CREATE TABLE IF NOT EXISTS decisions.provenance (
    coherence_group VARCHAR NOT NULL, period_date DATE NOT NULL, fetch_id VARCHAR NOT NULL,
    first_number BIGINT NOT NULL, last_number BIGINT
);
CREATE TABLE IF NOT EXISTS decisions.inputs (
    run VARCHAR PRIMARY KEY, seeds_digest VARCHAR NOT NULL, models_digest VARCHAR NOT NULL, variables JSON NOT NULL
);
ALTER TABLE decisions.inputs ADD COLUMN IF NOT EXISTS held_statements JSON;
ALTER TABLE decisions.inputs ADD COLUMN IF NOT EXISTS number BIGINT;
-- The fetches selected by each run: those of the newest decision about the group until then.
CREATE OR REPLACE VIEW decisions.selected AS
SELECT run, coherence_group, period_date, fetch_id FROM decisions.provenance
JOIN decisions.inputs ON number BETWEEN first_number AND coalesce(last_number, number);
CREATE TABLE IF NOT EXISTS decisions.held_periods (
    metric VARCHAR NOT NULL, period DATE NOT NULL, "check" VARCHAR NOT NULL, key VARCHAR NOT NULL,
    entity VARCHAR NOT NULL, observed VARCHAR NOT NULL, expected VARCHAR NOT NULL, since TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions.releases (
    metric VARCHAR NOT NULL, version BIGINT NOT NULL, coherence_group VARCHAR NOT NULL, "check" VARCHAR NOT NULL,
    key VARCHAR NOT NULL, observed VARCHAR NOT NULL, released_by VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    released_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions.metric_states (
    metric VARCHAR PRIMARY KEY, state VARCHAR NOT NULL, reason VARCHAR NOT NULL, citation VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions.origin (origin VARCHAR NOT NULL, as_of TIMESTAMPTZ NOT NULL, citation VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS decisions.published_file (digest VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS decisions.version_files (path VARCHAR NOT NULL, basis VARCHAR NOT NULL, digest VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS decisions.pruned (
    metric VARCHAR NOT NULL, version BIGINT NOT NULL, pruned_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (metric, version)
);

-- Faults, the messages about them, and the delivery of each message to each channel.
CREATE TABLE IF NOT EXISTS outbox.faults (
    fault_id VARCHAR NOT NULL, key VARCHAR NOT NULL, kind VARCHAR NOT NULL, opened_at TIMESTAMPTZ NOT NULL,
    opened_run VARCHAR NOT NULL, resolved_at TIMESTAMPTZ, resolved_run VARCHAR, well_count INTEGER NOT NULL,
    is_flapping BOOLEAN NOT NULL, facts VARCHAR NOT NULL, PRIMARY KEY (fault_id, opened_run)
);
CREATE SEQUENCE IF NOT EXISTS outbox.written;
CREATE TABLE IF NOT EXISTS outbox.notices (
    notice_id VARCHAR PRIMARY KEY, number BIGINT NOT NULL, key VARCHAR NOT NULL, action VARCHAR NOT NULL,
    reminder INTEGER NOT NULL, as_of TIMESTAMPTZ NOT NULL, written_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL, body VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS outbox.deliveries (
    notice_id VARCHAR NOT NULL, channel VARCHAR NOT NULL, state VARCHAR NOT NULL, rounds INTEGER NOT NULL,
    tries INTEGER NOT NULL, next_try_at TIMESTAMPTZ NOT NULL, delivered_at TIMESTAMPTZ, said VARCHAR NOT NULL,
    PRIMARY KEY (notice_id, channel)
);

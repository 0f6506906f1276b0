-- The published catalog, a pure function of the decisions; `reader` is the file being written.

CREATE TABLE reader.catalog.publications AS
SELECT
    metric, version, as_of, valid_through, published_at, rows, digest, suite_digest, checks_evaluated, status,
    held_since, reason
FROM decisions.publications ORDER BY metric, version;

CREATE TABLE reader.catalog.held_periods AS
SELECT held.*, shown.version
FROM decisions.held_periods AS held
LEFT JOIN decisions.publications AS shown
    ON held.metric = shown.metric AND shown.published_at IS NOT NULL AND shown.status <> 'superseded'
ORDER BY held.metric, held.period, held."check", held.key;
CREATE TABLE reader.catalog.origin AS
SELECT * FROM decisions.origin;
-- Every version has gates: of those older than ninety days, the newest of each metric, and what did not pass.
CREATE TABLE reader.catalog.gate_results AS
SELECT judged.*, runs.as_of
FROM decisions.gate_results AS judged
JOIN (SELECT metric, max(run) AS run FROM decisions.gate_results GROUP BY metric) AS newest USING (metric)
LEFT JOIN ledger.runs AS runs ON judged.run = runs.run_id
WHERE
    judged.outcome NOT IN ('passed', 'skipped')
    OR judged.run = newest.run
    OR runs.as_of >= (
        SELECT max(decided.as_of) - INTERVAL 90 DAY
        FROM ledger.runs AS decided SEMI JOIN decisions.inputs AS made ON decided.run_id = made.run
    );
CREATE TABLE reader.catalog.restatements AS
SELECT * FROM decisions.restatements ORDER BY new_version, metric, key, "column";
CREATE TABLE reader.catalog.pruned AS
SELECT * FROM decisions.pruned ORDER BY metric, version;
CREATE TABLE reader.catalog.lineage AS
SELECT * FROM decisions.lineage ORDER BY metric, version, topic, "partition";
CREATE TABLE reader.catalog.releases AS
SELECT * FROM decisions.releases ORDER BY released_at, metric;
CREATE TABLE reader.catalog.runs AS
SELECT run_id, as_of, started_at FROM ledger.runs ORDER BY started_at;

CREATE TABLE reader.catalog.ledger AS
SELECT topic, "partition", max(end_offset) AS next_offset, sum(rows) AS rows, sum(rejected) AS rejected
FROM ledger.landed GROUP BY ALL ORDER BY ALL;
CREATE TABLE reader.catalog.gaps AS
SELECT * FROM ledger.gaps ORDER BY accepted_at, topic, "partition";
CREATE TABLE reader.catalog.dead_letters AS
SELECT
    topic, sum(rejected) AS rejected, sum(dropped) AS dropped, sum(redriven) AS redriven,
    sum(rejected) - sum(dropped) AS open
FROM (
    SELECT split_part(topic, '@', 1) AS topic, rejected, 0 AS dropped, 0 AS redriven FROM ledger.landed
    UNION ALL
    SELECT topic, 0, if(outcome = 'dropped', 1, 0), if(outcome = 'redriven', 1, 0) FROM ledger.dead_letters
) GROUP BY topic HAVING sum(rejected) + sum(dropped) + sum(redriven) > 0 ORDER BY topic;
CREATE TABLE reader.catalog.dead_letter_outcomes AS
SELECT * FROM ledger.dead_letters ORDER BY ALL;
CREATE TABLE reader.catalog.skips AS
SELECT * FROM ledger.skips ORDER BY skipped_at;

-- Evaluation: runs over a scenario's part of query and corpus, what was measured on hardware, and what people said of results.

-- 'all': every query whole, every item. 'S1' to 'S4': the part of the query and of the corpus that the scenario takes.
ALTER TABLE runs ADD COLUMN scope text COLLATE "C" NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'S1', 'S2', 'S3', 'S4'));
CREATE INDEX runs_latest ON runs (collection_id, scope, system, id DESC);

ALTER TABLE run_queries
    ADD COLUMN rerank_ms double precision NOT NULL DEFAULT 0,
    -- Queries encoded in the same call: encode_ms is a share of that call, a latency only where this is 1.
    ADD COLUMN encoded_together integer NOT NULL DEFAULT 1 CHECK (encoded_together >= 1);
UPDATE run_queries SET encoded_together = 32;

-- One measurement of speed, memory or stability, or one automatic check. Whole, with its environment; never changed.
CREATE TABLE measurements (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256 text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL CHECK (kind <> ''),
    system text COLLATE "C" NOT NULL CHECK (system <> ''),
    device text NOT NULL,
    miniature boolean NOT NULL,
    -- What was asked for: precision, dims, pixel budget, budget cap, calls.
    config jsonb NOT NULL,
    environment jsonb NOT NULL,
    result jsonb NOT NULL,
    -- Cut off before its end: says something, but not all.
    partial boolean NOT NULL DEFAULT false,
    measured_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX measurements_latest ON measurements (kind, system, measured_at DESC);
CREATE TRIGGER measurements_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON measurements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The register of critical errors: opened and closed by people, both events.
CREATE TABLE critical_error_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    error_id uuid NOT NULL,
    system text COLLATE "C" NOT NULL CHECK (system <> ''),
    open boolean NOT NULL,
    title text NOT NULL CHECK (title <> ''),
    note text NOT NULL DEFAULT '',
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER critical_errors_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON critical_error_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What staff said of a query a system misses: the cause, and a note. The last event of a case counts.
CREATE TABLE error_case_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    scenario text COLLATE "C" NOT NULL,
    system text COLLATE "C" NOT NULL,
    query_id text COLLATE "C" NOT NULL,
    query_hash text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    note text NOT NULL DEFAULT '',
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX error_case_events_latest ON error_case_events (collection_id, scenario, system, query_id, sequence DESC);
CREATE TRIGGER error_cases_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON error_case_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Numbers nobody can compute (days saved), with who stated them and why. The last of a name counts.
CREATE TABLE stated_value_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    value double precision NOT NULL,
    note text NOT NULL DEFAULT '',
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER stated_values_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stated_value_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

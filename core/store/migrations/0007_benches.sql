-- Benches under way and what each single call of them gave: written as it comes, so that a bench that dies leaves what it saw.

-- A bench is alive while its process holds its advisory lock; when it ends, its measurement says what came of it.
CREATE TABLE bench_runs (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text COLLATE "C" NOT NULL CHECK (kind <> ''),
    system text COLLATE "C" NOT NULL CHECK (system <> ''),
    device text NOT NULL,
    miniature boolean NOT NULL,
    config jsonb NOT NULL,
    environment jsonb NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    measurement_id integer UNIQUE REFERENCES measurements,
    -- Why it ended without a measurement.
    error text NOT NULL DEFAULT ''
);

CREATE TABLE bench_samples (
    run_id integer NOT NULL REFERENCES bench_runs,
    place integer NOT NULL CHECK (place >= 0),
    -- What belongs together: 'text', 'image', 'batch 8', 'callers 4'.
    series text COLLATE "C" NOT NULL CHECK (series <> ''),
    -- False: a warm-up or a cold call, which the series' figures leave out.
    counted boolean NOT NULL,
    -- Seconds since the bench began.
    at_s double precision NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('ok', 'failed', 'nan', 'crashed')),
    total_ms double precision NOT NULL,
    encode_ms double precision,
    search_ms double precision,
    rerank_ms double precision,
    error text NOT NULL DEFAULT '',
    -- What was asked: query and part, or items of a batch.
    input jsonb NOT NULL,
    -- Bytes after the call: rss, allocated, reserved, process, device.
    memory jsonb NOT NULL,
    PRIMARY KEY (run_id, place)
);

-- When paid servers of ENGINE_URL were in use. Processes that use one machine at the same time write rows of their own;
-- its hours are the union of their times, so that nothing is counted twice.

CREATE TABLE cloud_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host text COLLATE "C" NOT NULL CHECK (host <> ''),
    client uuid NOT NULL,
    usd_per_hour double precision NOT NULL CHECK (usd_per_hour > 0),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (ended_at >= started_at)
);
CREATE INDEX cloud_usage_latest ON cloud_usage (client, host, ended_at DESC);

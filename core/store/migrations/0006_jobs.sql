-- Long work: a verb of the command line in a process of its own. It is alive while it holds its advisory lock.
CREATE TABLE jobs (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arguments text[] NOT NULL CHECK (cardinality(arguments) > 0),
    title text NOT NULL CHECK (title <> ''),
    -- Jobs that compute with models take turns, in the order of their ids.
    takes_engine boolean NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'cancelling', 'done', 'failed', 'cancelled', 'interrupted')),
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    words text NOT NULL DEFAULT '',
    -- Steps that were there when this attempt began: they say nothing of its pace.
    done_before bigint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 1,
    asked_by text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz
);
-- The same work is not begun twice while it goes on.
CREATE UNIQUE INDEX jobs_under_way ON jobs (arguments) WHERE state IN ('queued', 'running', 'cancelling');

-- From evidence to a signed decision: reviewed samples, the plan's progress, edited prose, reports, decisions and their signatures.

-- What content staff said of a sampled item. The last event of an item counts, as long as its content is the one reviewed.
CREATE TABLE item_review_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    item_id text COLLATE "C" NOT NULL,
    item_hash text COLLATE "C" NOT NULL,
    verdict text COLLATE "C" NOT NULL CHECK (verdict IN ('accept', 'exclude', 'swap', 'open')),
    -- The item that stands in for a swapped one; of the same collection's source.
    swapped_for text COLLATE "C" NOT NULL DEFAULT '',
    -- graph, figure, photo, diagram, table; empty where the item has no image or nobody said.
    image_type text COLLATE "C" NOT NULL DEFAULT '' CHECK (image_type IN ('', 'graph', 'figure', 'photo', 'diagram', 'table')),
    note text NOT NULL DEFAULT '',
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((verdict = 'swap') = (swapped_for <> ''))
);
CREATE INDEX item_review_events_latest ON item_review_events (collection_id, item_id, sequence DESC);
CREATE TRIGGER item_reviews_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_review_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A sample as it was agreed on: every item with its content and what was said of it, under one hash.
CREATE TABLE sample_freezes (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    sha256 text COLLATE "C" NOT NULL,
    body jsonb NOT NULL,
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    frozen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (collection_id, sha256)
);
CREATE TRIGGER sample_freezes_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON sample_freezes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Comparisons kept for a meeting: an address of the comparison page with a title. The last event of an address counts.
CREATE TABLE bookmark_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    address text NOT NULL CHECK (address <> ''),
    title text NOT NULL CHECK (title <> ''),
    kept boolean NOT NULL,
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER bookmarks_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookmark_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The plan's progress as people state it: start day, ticked tasks, who holds which role, risks, meetings with agenda, snapshot and
-- minutes. The last event of (kind, name) counts; what facts show needs no event.
CREATE TABLE plan_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('start', 'task', 'role', 'risk', 'meeting')),
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    value jsonb NOT NULL,
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX plan_events_latest ON plan_events (collection_id, kind, name, sequence DESC);
CREATE TRIGGER plan_events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A report's analysis prose as its author left it, and the hash of the draft it started from. The last event of a section counts.
CREATE TABLE report_prose_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    section text COLLATE "C" NOT NULL CHECK (section <> ''),
    body text NOT NULL,
    draft_sha256 text COLLATE "C" NOT NULL,
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER report_prose_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_prose_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A report as it was made: the file itself, so that a backup holds what was signed, and what it rests on.
CREATE TABLE reports (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    -- Of the PDF's bytes.
    sha256 text COLLATE "C" NOT NULL UNIQUE,
    pdf bytea NOT NULL CHECK (sha256 = encode(sha256(pdf), 'hex')),
    markdown text NOT NULL,
    -- Verdict, gates, ground truth version, runs and measurements, each with its hash.
    body jsonb NOT NULL,
    watermarked boolean NOT NULL,
    made_by text COLLATE "C" NOT NULL CHECK (made_by <> ''),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE reports ALTER COLUMN pdf SET STORAGE EXTERNAL;
CREATE TRIGGER reports_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON reports
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What the task force decided, with everything it rests on under one hash. Superseded by a new one, never changed.
CREATE TABLE decisions (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    sha256 text COLLATE "C" NOT NULL UNIQUE,
    choice text COLLATE "C" NOT NULL CHECK (choice IN ('go', 'no_go', 'hold')),
    -- What the gates computed when it was recorded; where the two differ, a reason is required.
    verdict text COLLATE "C" NOT NULL CHECK (verdict <> ''),
    reason text NOT NULL DEFAULT '',
    body jsonb NOT NULL,
    report_id integer REFERENCES reports,
    supersedes integer UNIQUE REFERENCES decisions,
    recorded_by text COLLATE "C" NOT NULL CHECK (recorded_by <> ''),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER decisions_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE decision_signatures (
    decision_id integer NOT NULL REFERENCES decisions,
    role text COLLATE "C" NOT NULL CHECK (role IN ('tf_lead', 'developer', 'content_lead')),
    name text NOT NULL CHECK (name <> ''),
    -- The account that was logged in; empty where none was.
    account text COLLATE "C" NOT NULL DEFAULT '',
    comment text NOT NULL DEFAULT '',
    -- Of the decision as it was read when signing.
    decision_sha256 text COLLATE "C" NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (decision_id, role)
);
CREATE TRIGGER decision_signatures_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON decision_signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Accounts of a company's own login: who an issuer's subject is here. Roles come from claims where the company sends them.
CREATE TABLE user_identities (
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL CHECK (subject <> ''),
    name text COLLATE "C" NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);

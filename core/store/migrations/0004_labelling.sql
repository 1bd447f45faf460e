-- Labelling: who judges, which pairs, in which order, and what was frozen as ground truth. Accounts and their logins.

CREATE TABLE users (
    name text COLLATE "C" PRIMARY KEY CHECK (name <> '' AND octet_length(name) <= 100),
    role text NOT NULL CHECK (role IN ('viewer', 'rater', 'senior', 'developer', 'tf')),
    password_hash text NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row a browser: only the hash of its cookie. Where no account exists the name was picked, not proven.
CREATE TABLE logins (
    token_hash text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    picked boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

-- Secrets this installation made for itself, such as the key that signs assignments.
CREATE TABLE secrets (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A round of labelling over one pool of pairs. Stage 1 needs no embedding; stage 2 asks only what is not judged yet.
CREATE TABLE label_rounds (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    kind text NOT NULL CHECK (kind IN ('round', 'calibration')),
    stage integer NOT NULL CHECK (stage IN (1, 2)),
    name text NOT NULL CHECK (name <> ''),
    overlap integer NOT NULL CHECK (overlap BETWEEN 1 AND 3),
    repeat_share real NOT NULL CHECK (repeat_share BETWEEN 0 AND 0.5),
    seed integer NOT NULL,
    guideline_version text NOT NULL,
    config jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);

CREATE TABLE pool_pairs (
    round_id integer NOT NULL REFERENCES label_rounds,
    query_id text COLLATE "C" NOT NULL,
    query_hash text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    item_hash text COLLATE "C" NOT NULL,
    -- False where the same two items are asked about the other way round; the freeze may mirror that grade.
    asked boolean NOT NULL DEFAULT true,
    -- Calibration only: what the seniors agreed on.
    agreed_grade smallint CHECK (agreed_grade BETWEEN 0 AND 3),
    PRIMARY KEY (round_id, query_id, item_id)
);

-- Who proposed a pair at which rank: a system's name, or 'constructed', 'imported', 'metadata', 'random', 'staff'.
CREATE TABLE pool_proposals (
    round_id integer NOT NULL,
    query_id text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    proposer text COLLATE "C" NOT NULL,
    rank integer CHECK (rank >= 1),
    PRIMARY KEY (round_id, query_id, item_id, proposer),
    FOREIGN KEY (round_id, query_id, item_id) REFERENCES pool_pairs
);

-- Who may judge in a round, and which part of it; a round without rows is open to every rater.
CREATE TABLE round_raters (
    round_id integer NOT NULL REFERENCES label_rounds,
    rater text COLLATE "C" NOT NULL,
    subjects text[] NOT NULL DEFAULT '{}',
    units text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (round_id, rater)
);

-- A rater's queue in its order. It is written when handed out, so that every computer shows the same next pair.
CREATE TABLE queue_entries (
    round_id integer NOT NULL REFERENCES label_rounds,
    rater text COLLATE "C" NOT NULL,
    position integer NOT NULL CHECK (position >= 1),
    query_id text COLLATE "C" NOT NULL,
    query_hash text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    item_hash text COLLATE "C" NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('label', 'repeat', 'calibration')),
    handed_out_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (round_id, rater, position),
    UNIQUE (round_id, rater, query_id, item_id, purpose)
);
CREATE INDEX queue_entries_of_pair ON queue_entries (round_id, query_id, item_id);

-- A defective item leaves the queues until somebody clears it; both are events.
CREATE TABLE item_flag_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    item_id text COLLATE "C" NOT NULL,
    item_hash text COLLATE "C" NOT NULL,
    flagged boolean NOT NULL,
    reason text NOT NULL DEFAULT '',
    by_whom text COLLATE "C" NOT NULL CHECK (by_whom <> ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER item_flags_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_flag_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A judgment says what it was for. 'label' alone feeds agreement and ground truth (with 'adjudication' above it);
-- 'repeat' is a hidden second look by the same rater; an unblinded one was given where systems or ranks were seen.
ALTER TABLE judgment_events
    ADD COLUMN round_id integer REFERENCES label_rounds,
    ADD COLUMN purpose text NOT NULL DEFAULT 'label'
        CHECK (purpose IN ('label', 'repeat', 'calibration', 'adjudication')),
    ADD COLUMN blinded boolean NOT NULL DEFAULT true,
    ADD COLUMN unrateable boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT unrateable_has_no_grade CHECK (NOT unrateable OR grade IS NULL);
DROP INDEX judgment_events_latest;
CREATE INDEX judgment_events_latest ON judgment_events
    (collection_id, purpose, blinded, query_id, query_hash, item_id, item_hash, rater, created_at DESC, sequence DESC);
CREATE INDEX judgment_events_of_round ON judgment_events (round_id, rater);

DROP VIEW judgments_current;
-- The last event of each rater on each exact pair for each purpose, by when it was made: one sent late does not win.
CREATE VIEW judgments_current AS
SELECT DISTINCT ON (collection_id, purpose, blinded, query_id, query_hash, item_id, item_hash, rater) *
  FROM judgment_events
 ORDER BY collection_id, purpose, blinded, query_id, query_hash, item_id, item_hash, rater,
          created_at DESC, sequence DESC;

-- A frozen ground truth. Everything that counts is under the hash; nothing is changed afterwards.
CREATE TABLE ground_truth_versions (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    number integer NOT NULL CHECK (number >= 1),
    name text NOT NULL CHECK (name <> ''),
    note text NOT NULL DEFAULT '',
    relevant_from smallint NOT NULL CHECK (relevant_from BETWEEN 1 AND 3),
    -- Who declared that every pair the version does not list has grade 0; empty: unjudged stays unjudged.
    unlisted_zero_by text NOT NULL DEFAULT '',
    coverage jsonb NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, number),
    UNIQUE (collection_id, sha256)
);
CREATE TRIGGER ground_truth_versions_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_truth_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every query of a version, also one without a graded item.
CREATE TABLE ground_truth_queries (
    version_id integer NOT NULL REFERENCES ground_truth_versions,
    query_id text COLLATE "C" NOT NULL,
    query_hash text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    PRIMARY KEY (version_id, query_id)
);
CREATE TRIGGER ground_truth_queries_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_truth_queries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE ground_truth_rows (
    version_id integer NOT NULL,
    query_id text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    item_hash text COLLATE "C" NOT NULL,
    grade smallint NOT NULL CHECK (grade BETWEEN 0 AND 3),
    origin text NOT NULL CHECK (origin IN ('human', 'constructed', 'model', 'mirrored', 'carried')),
    -- Which part of the rule gave the grade, from how many raters.
    rule text NOT NULL CHECK (rule IN ('single', 'agreed', 'median', 'adjudicated', 'mirrored')),
    raters integer NOT NULL CHECK (raters >= 1),
    -- Who proposed the pair for judging; a verdict asks how much of the truth one system alone brought in.
    proposers text[] NOT NULL,
    PRIMARY KEY (version_id, query_id, item_id),
    FOREIGN KEY (version_id, query_id) REFERENCES ground_truth_queries
);
CREATE TRIGGER ground_truth_rows_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_truth_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

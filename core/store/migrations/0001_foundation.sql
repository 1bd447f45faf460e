-- Collections, items and their figures; embedding sets and vectors; queries, judgments and runs.
-- Names and hashes are compared byte by byte (COLLATE "C"), whatever the server's own collation is.

CREATE TABLE collections (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE CHECK (name <> ''),
    note text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Figures by the hash of their bytes: a backup is whole, and an image that two items share is stored once.
CREATE TABLE images (
    sha256 text COLLATE "C" PRIMARY KEY,
    media_type text NOT NULL,
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    data bytea NOT NULL,
    CHECK (sha256 = encode(sha256(data), 'hex'))
);
-- PNG and JPEG do not shrink further.
ALTER TABLE images ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE items (
    collection_id integer NOT NULL REFERENCES collections,
    item_id text COLLATE "C" NOT NULL CHECK (item_id <> '' AND octet_length(item_id) <= 200),
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('image', 'latex', 'text')),
    record jsonb NOT NULL,
    record_hash text COLLATE "C" NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    image_hashes text[] NOT NULL,
    -- What searches filter on; generated, so that a column can never disagree with the record.
    subject text COLLATE "C" GENERATED ALWAYS AS (record ->> 'subject') STORED NOT NULL,
    unit text COLLATE "C" GENERATED ALWAYS AS (record ->> 'unit') STORED NOT NULL,
    difficulty text COLLATE "C" GENERATED ALWAYS AS (record ->> 'difficulty') STORED NOT NULL,
    item_type text COLLATE "C" GENERATED ALWAYS AS (record ->> 'item_type') STORED NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (collection_id, item_id)
);

-- One row for each exact encoder configuration under which a collection was embedded.
CREATE TABLE embedding_sets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    digest text COLLATE "C" NOT NULL,
    model_key text NOT NULL,
    hub_id text NOT NULL,
    revision text NOT NULL,
    precision text NOT NULL,
    dims integer NOT NULL CHECK (dims BETWEEN 1 AND 16000),
    max_pixels integer,
    prompt text NOT NULL,
    content text NOT NULL CHECK (content IN ('all', 'text', 'image')),
    miniature boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, digest)
);

-- Every encoder's vectors, one partition for each set: a new model needs no migration, dropping a set is dropping a table.
-- The vector column has no dimension here; each partition checks its own. A partition exists exactly as long as its set,
-- so set_id needs no foreign key, whose check would cost every loaded row.
CREATE TABLE embeddings (
    set_id integer NOT NULL,
    collection_id integer NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    -- Breaks ties of equal score; kept beside the vector because hashing 10,000 ids costs as much as comparing them.
    tie_key uuid NOT NULL,
    embedded_at timestamptz NOT NULL DEFAULT now(),
    vector vector NOT NULL,
    PRIMARY KEY (set_id, item_id),
    FOREIGN KEY (collection_id, item_id) REFERENCES items ON DELETE CASCADE
) PARTITION BY LIST (set_id);

CREATE TABLE embedding_failures (
    set_id integer NOT NULL REFERENCES embedding_sets ON DELETE CASCADE,
    item_id text COLLATE "C" NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (set_id, item_id)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- A changed query is a new revision; what was judged or run under the old one keeps its meaning.
CREATE TABLE queries (
    collection_id integer NOT NULL REFERENCES collections,
    query_id text COLLATE "C" NOT NULL CHECK (query_id <> '' AND octet_length(query_id) <= 200),
    revision integer NOT NULL CHECK (revision >= 1),
    text text,
    image_hash text COLLATE "C" REFERENCES images,
    source_item_id text COLLATE "C",
    query_type text NOT NULL,
    origin text NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    retired boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (collection_id, query_id, revision),
    CHECK (num_nonnulls(text, image_hash, source_item_id) > 0)
);
CREATE TRIGGER queries_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON queries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What raters said, in the order it arrived. A correction or a withdrawal (grade NULL) is another event.
CREATE TABLE judgment_events (
    uuid uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    collection_id integer NOT NULL REFERENCES collections,
    query_id text COLLATE "C" NOT NULL,
    query_hash text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    item_hash text COLLATE "C" NOT NULL,
    grade smallint CHECK (grade BETWEEN 0 AND 3),
    rater text COLLATE "C" NOT NULL CHECK (rater <> ''),
    origin text NOT NULL CHECK (origin IN ('human', 'constructed', 'model', 'mirrored', 'carried')),
    note text NOT NULL DEFAULT '',
    ms_spent integer CHECK (ms_spent >= 0),
    guideline_version text NOT NULL DEFAULT '',
    client_id text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER judgments_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON judgment_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX judgment_events_latest ON judgment_events
    (collection_id, query_id, query_hash, item_id, item_hash, rater, created_at DESC, sequence DESC);

-- The last event of each rater on each exact pair, by when it was made: one that was sent late does not win.
CREATE VIEW judgments_current AS
SELECT DISTINCT ON (collection_id, query_id, query_hash, item_id, item_hash, rater) *
  FROM judgment_events
 ORDER BY collection_id, query_id, query_hash, item_id, item_hash, rater, created_at DESC, sequence DESC;

CREATE TABLE runs (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    system text NOT NULL,
    config jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE run_queries (
    run_id integer NOT NULL REFERENCES runs ON DELETE CASCADE,
    query_id text COLLATE "C" NOT NULL,
    query_hash text COLLATE "C" NOT NULL,
    encode_ms double precision NOT NULL,
    search_ms double precision NOT NULL,
    PRIMARY KEY (run_id, query_id)
);

CREATE TABLE run_hits (
    run_id integer NOT NULL,
    query_id text COLLATE "C" NOT NULL,
    rank integer NOT NULL CHECK (rank >= 1),
    item_id text COLLATE "C" NOT NULL,
    score real NOT NULL,
    PRIMARY KEY (run_id, query_id, rank),
    UNIQUE (run_id, query_id, item_id),
    FOREIGN KEY (run_id, query_id) REFERENCES run_queries ON DELETE CASCADE
);

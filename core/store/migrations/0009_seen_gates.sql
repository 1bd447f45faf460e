-- The gate files that lay there when a collection was evaluated: who moves a threshold after the results are seen cannot hide it.
CREATE TABLE seen_gates (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections,
    body text NOT NULL,
    sha256 text COLLATE "C" NOT NULL CHECK (sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX seen_gates_latest ON seen_gates (collection_id, id DESC);
CREATE TRIGGER seen_gates_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seen_gates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When a run that left the precision open last chose this set: what a system without a precision suffix searches. A set
-- made for a suffix alone (qwen3-vl@nf4) has none, so that making it never changes what the plain system searches.

ALTER TABLE embedding_sets ADD COLUMN plain_since timestamptz;
UPDATE embedding_sets SET plain_since = created_at WHERE precision <> 'nf4';

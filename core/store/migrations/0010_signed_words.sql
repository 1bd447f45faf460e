-- Over the decision's hash, the role, the name, the account and the comment of a signature: who changes a word past the trigger is found,
-- as with a decision. Signatures given before this have none.
ALTER TABLE decision_signatures ADD COLUMN sha256 text COLLATE "C";

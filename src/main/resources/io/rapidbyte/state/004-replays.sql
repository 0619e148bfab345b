-- A replay of dead letters is a load of its own, beside the one that its stream may have open.

ALTER TABLE loads ADD COLUMN purpose TEXT NOT NULL DEFAULT 'STREAM';

DROP INDEX one_open_load;

CREATE UNIQUE INDEX one_open_load ON loads (pipeline, stream, purpose) WHERE status = 'OPEN';

ALTER TABLE dead_letters ADD COLUMN tries ${long} NOT NULL DEFAULT 1;

-- 1 once a later load has read the row's table again, or the load that the row belongs to was given up.
ALTER TABLE dead_letters ADD COLUMN obsolete ${long} NOT NULL DEFAULT 0;

-- What becomes of dead letters once the destination has committed a replay's frontier: they go, or,
-- where there is a code, stay for another reason.
CREATE TABLE replayed_letters (
    letter_id ${long} NOT NULL PRIMARY KEY REFERENCES dead_letters (letter_id) ON DELETE CASCADE,
    load_id TEXT NOT NULL,
    sequence ${long} NOT NULL,
    category TEXT,
    code TEXT,
    message TEXT
)${strict};

CREATE INDEX replayed_letters_by_load ON replayed_letters (load_id, sequence);

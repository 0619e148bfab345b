-- ${random} 32 hex digits. A state's own name, beside which destinations keep the epochs that it counts.

CREATE TABLE state_identity (
    state_id TEXT NOT NULL PRIMARY KEY
)${strict};

INSERT INTO state_identity (state_id) VALUES (${random});

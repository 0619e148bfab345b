-- The columns that a cursor's value is of, which make it meaningful; a load knows them before it has a value. NULL in what
-- was saved before.

ALTER TABLE loads ADD COLUMN cursor_field TEXT;

ALTER TABLE loads ADD COLUMN tie_breaker_field TEXT;

ALTER TABLE cursors ADD COLUMN field TEXT;

ALTER TABLE cursors ADD COLUMN tie_breaker_field TEXT;

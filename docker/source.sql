-- What the compose file's source is filled with.
CREATE TABLE users (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    email      text,
    balance    numeric(12, 2) NOT NULL,
    created_at timestamptz NOT NULL
);

INSERT INTO users
SELECT n, 'user ' || n, 'user' || n || '@example.com', (n % 1000)::numeric / 3, timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute'
FROM generate_series(1, 100000) n;

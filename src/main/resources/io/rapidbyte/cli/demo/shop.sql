-- The demo's shop: the same rows at every go, made by the server itself.
SELECT setseed(0.42);

CREATE TYPE order_status AS ENUM ('placed', 'paid', 'shipped', 'returned');

CREATE TABLE customers (
    id            bigint PRIMARY KEY,
    public_id     uuid NOT NULL,
    name          text NOT NULL,
    email         varchar(120) NOT NULL,
    country       char(2) NOT NULL,
    birthday      date,
    balance       numeric(12, 2) NOT NULL,
    tags          text[] NOT NULL,
    last_login_ip inet,
    newsletter    boolean NOT NULL,
    created_at    timestamptz NOT NULL
);

INSERT INTO customers
SELECT n,
       md5('customer' || n)::uuid,
       (ARRAY['Ada', 'Björk', 'Chloé', 'Dmitri', 'Émile', 'Fatima', 'Jürgen', '李娜', 'Noor', 'Zoë'])[1 + n % 10]
           || ' ' || (ARRAY['O''Neill', 'Müller', 'Sørensen', 'García', 'Smith', '"Quoted"'])[1 + n % 6],
       'customer' || n || '@example.com',
       (ARRAY['DE', 'FR', 'GB', 'IN', 'JP', 'US'])[1 + n % 6],
       CASE WHEN n % 7 > 0 THEN date '1940-01-01' + (random() * 25000)::int END,
       round((random() * 20000 - 5000)::numeric, 2),
       CASE n % 4 WHEN 0 THEN '{}' WHEN 1 THEN '{vip}' WHEN 2 THEN '{new,"two words"}' ELSE ARRAY[NULL, 'a,b'] END,
       CASE WHEN n % 5 > 0 THEN ('10.' || n % 256 || '.' || n % 199 || '.7')::inet END,
       random() < 0.4,
       timestamptz '2020-01-01 00:00:00+00' + random() * interval '5 years'
FROM generate_series(1, 20000) n;

CREATE TABLE products (
    sku        varchar(20) PRIMARY KEY,
    title      text NOT NULL,
    price      numeric(10, 2) NOT NULL,
    weight_kg  real,
    rating     double precision,
    stock      smallint NOT NULL,
    attributes jsonb NOT NULL,
    thumbnail  bytea,
    sold_on    daterange NOT NULL
);

INSERT INTO products
SELECT 'SKU-' || lpad(n::text, 6, '0'),
       initcap((ARRAY['red', 'green', 'blue', 'plain'])[1 + n % 4]) || ' ' || (ARRAY['lamp', 'chair', 'kettle'])[1 + n % 3],
       round((random() * 500)::numeric, 2),
       CASE WHEN n % 9 > 0 THEN random() * 40 END,
       CASE WHEN n % 10 = 0 THEN 'NaN' ELSE random() * 5 END,
       (random() * 900)::int,
       jsonb_build_object('colour', (ARRAY['red', 'green', 'blue'])[1 + n % 3], 'sizes', jsonb_build_array(n % 5, n % 7, NULL)),
       CASE WHEN n % 3 > 0 THEN decode(md5(n::text) || md5('x' || n), 'hex') END,
       daterange(date '2021-01-01' + n % 900, CASE WHEN n % 2 = 0 THEN date '2025-01-01' END)
FROM generate_series(1, 2000) n;

CREATE TABLE orders (
    id              bigint PRIMARY KEY,
    customer_id     bigint NOT NULL,
    status          order_status NOT NULL,
    placed_at       timestamptz NOT NULL,
    shipped_at      timestamp,
    delivery_time   time,
    delivery_window tstzrange,
    total           numeric(12, 2) NOT NULL,
    exact_tax       numeric NOT NULL,
    note            text
);

INSERT INTO orders
SELECT n,
       1 + (random() * 19999)::int,
       (ARRAY['placed', 'paid', 'shipped', 'returned']::order_status[])[1 + n % 4],
       timestamptz '2024-01-01 00:00:00+00' + n * interval '517.123456 seconds',
       CASE WHEN n % 4 >= 2 THEN timestamp '2024-01-02 12:00:00' + n * interval '519 seconds' END,
       CASE WHEN n % 3 = 0 THEN time '08:00' + n % 36000 * interval '1 second' END,
       CASE WHEN n % 6 = 0 THEN tstzrange(timestamptz '2024-03-01 00:00:00+00' + n % 300 * interval '1 day', NULL) END,
       round((random() * 1000)::numeric, 2),
       random()::numeric * 100 / 7,
       CASE WHEN n % 11 = 0 THEN E'leave it\tat the "back door"\n\\o/ ' || repeat('🐦', n % 5) END
FROM generate_series(1, 50000) n;

CREATE TABLE order_items (
    order_id bigint NOT NULL,
    line     smallint NOT NULL,
    sku      varchar(20) NOT NULL,
    quantity integer NOT NULL,
    price    numeric(10, 2) NOT NULL,
    discount double precision,
    PRIMARY KEY (order_id, line)
);

INSERT INTO order_items
SELECT o,
       line,
       'SKU-' || lpad((1 + (o * 7 + line * 131) % 2000)::text, 6, '0'),
       1 + (random() * 4)::int,
       round((random() * 500)::numeric, 2),
       CASE WHEN line = 2 THEN random() END
FROM generate_series(1, 50000) o, generate_series(1, 1 + o % 3) line;

CREATE TABLE events (
    id          uuid PRIMARY KEY,
    happened_at timestamptz NOT NULL,
    kind        text NOT NULL,
    payload     json,
    path        text[],
    samples     integer[],
    client      inet,
    took        interval,
    raw         bytea
);

INSERT INTO events
SELECT md5('event' || n)::uuid,
       timestamptz '2024-06-01 00:00:00+00' + n * interval '1.000001 seconds',
       (ARRAY['view', 'search', 'basket', 'checkout'])[1 + n % 4],
       CASE WHEN n % 8 > 0 THEN json_build_object('page', '/p/' || n % 2000, 'ms', n % 977, 'ok', n % 2 = 0) END,
       ARRAY['home', 'list ' || n % 9],
       CASE WHEN n % 5 = 0 THEN NULL ELSE ARRAY[n, NULL, -n] END,
       ('2001:db8::' || to_hex(n % 65536))::inet,
       n % 5000 * interval '1 hour 2.5 seconds',
       CASE WHEN n % 6 = 0 THEN decode(lpad(to_hex(n), 8, '0'), 'hex') END
FROM generate_series(1, 60000) n;

-- after the rows: checking them one by one would take longer than making them
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_items ADD FOREIGN KEY (order_id) REFERENCES orders, ADD FOREIGN KEY (sku) REFERENCES products;

ANALYZE;

// Chains and links made for the journeys.

import { deflateRawSync } from 'node:zlib';

/** One file of Retort's own layout. */
export function revision(id, down, message, up, back) {
  return {
    name: `${id}.sql`,
    mimeType: 'application/sql',
    buffer: Buffer.from(
      [
        `-- revision: ${id}`,
        ...(down ? [`-- down_revision: ${down}`] : []),
        `-- message: ${message}`,
        '-- upgrade',
        up,
        '-- downgrade',
        back,
        '',
      ].join('\n'),
    ),
  };
}

/** Two tables with a cascade and some rows. */
export function shop() {
  return [
    revision(
      'a1',
      null,
      'add customers',
      `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO customers (id, name) VALUES (1, 'Ada'), (2, 'Grace');`,
      'DROP TABLE customers;',
    ),
    revision(
      'b2',
      'a1',
      'add orders',
      `CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE
);
INSERT INTO orders (id, customer_id) VALUES (10, 1), (11, 1), (12, 2);`,
      'DROP TABLE orders;',
    ),
    revision(
      'c3',
      'b2',
      'add total',
      'ALTER TABLE orders ADD COLUMN total INTEGER NOT NULL DEFAULT 0;',
      'ALTER TABLE orders DROP COLUMN total;',
    ),
  ];
}

/** `x1` and `x2` stand on each other; `y1` stands on a revision that is not there. */
export function broken() {
  return [
    revision('a1', null, 'add good', 'CREATE TABLE good (id INTEGER PRIMARY KEY);', 'DROP TABLE good;'),
    revision('x1', 'x2', 'add left', 'CREATE TABLE left_one (id INTEGER);', 'DROP TABLE left_one;'),
    revision('x2', 'x1', 'add right', 'CREATE TABLE right_one (id INTEGER);', 'DROP TABLE right_one;'),
    revision('y1', 'gone', 'add lost', 'CREATE TABLE lost (id INTEGER);', 'DROP TABLE lost;'),
  ];
}

/** A long chain: tables, foreign keys, columns, indexes and rows in turn. */
export function long(revisions) {
  const files = [];
  for (let index = 0; index < revisions; index += 1) {
    const id = `r${String(index + 1).padStart(4, '0')}`;
    const down = index === 0 ? null : `r${String(index).padStart(4, '0')}`;
    files.push(revision(id, down, ...longStep(index)));
  }
  return files;
}

function longStep(index) {
  const group = Math.floor(index / 5);
  const table = `t${group}`;
  switch (index % 5) {
    case 0: {
      const parent =
        group === 0 ? '' : `, parent_id INTEGER REFERENCES t${Math.floor(group / 2)} (id) ON DELETE CASCADE`;
      return [
        `add ${table}`,
        `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL${parent});`,
        `DROP TABLE ${table};`,
      ];
    }
    case 1:
      return [
        `fill ${table}`,
        `INSERT INTO ${table} (id, name) VALUES ${[1, 2, 3, 4, 5].map((n) => `(${n}, 'row ${n}')`).join(', ')};`,
        `DELETE FROM ${table};`,
      ];
    case 2:
      return [
        `add note to ${table}`,
        `ALTER TABLE ${table} ADD COLUMN note TEXT;`,
        `ALTER TABLE ${table} DROP COLUMN note;`,
      ];
    case 3:
      return [
        `index ${table}`,
        `CREATE INDEX ix_${table}_name ON ${table} (name);`,
        `DROP INDEX ix_${table}_name;`,
      ];
    default:
      return [
        `mark ${table}`,
        `UPDATE ${table} SET note = 'seen' WHERE id < 3;`,
        `UPDATE ${table} SET note = NULL;`,
      ];
  }
}

const base64url = (bytes) => bytes.toString('base64url');

/** A link whose payload grows to this many megabytes. */
export function bomb(megabytes) {
  return `1.d.${base64url(deflateRawSync(Buffer.alloc(megabytes * 1024 * 1024), { level: 9 }))}`;
}

/** Links that someone could be sent; each must be refused in words. */
export function hostileLinks(good) {
  const noise = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 7919 + 13) % 256));
  return {
    'letters that are no base64': '1.d.%%%&&&***',
    'noise': `1.d.${base64url(noise)}`,
    'nothing after the codec': '1.d.',
    'a link cut in the middle': good.slice(0, Math.floor(good.length / 2)),
    'a link without its last letters': good.slice(0, -5),
    'an unknown version': `9.x.${good.slice(4)}`,
    'an unknown codec': `1.q.${good.slice(4)}`,
    'markup in the link': '1.j.<img src=x onerror=alert(1)>',
    'deflated text that is no document': `1.d.${base64url(deflateRawSync(Buffer.from('{"a":'.repeat(500))))}`,
    'a small link that grows large': bomb(256),
  };
}

/** A dump as pg_dump writes it: tables, data by COPY, then keys, indexes and foreign keys. */
export function dump(bytes, tables) {
  const parts = ["--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n"];
  const names = Array.from({ length: tables }, (_, at) => `public.table_${at}`);
  for (const name of names) {
    parts.push(`
CREATE TABLE ${name} (
    id integer NOT NULL,
    name character varying(255) DEFAULT 'x'::character varying NOT NULL,
    amount numeric(10,2) DEFAULT 0.00,
    meta jsonb DEFAULT '{}'::jsonb,
    status character varying(20) NOT NULL,
    parent_id integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT status_check CHECK (((status)::text = ANY ((ARRAY['new'::character varying, 'old'::character varying])::text[])))
);
ALTER TABLE ${name} OWNER TO app;
CREATE SEQUENCE ${name}_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE ${name}_id_seq OWNED BY ${name}.id;
ALTER TABLE ONLY ${name} ALTER COLUMN id SET DEFAULT nextval('${name}_id_seq'::regclass);
`);
  }
  const rest = names.map((name, at) => {
    const parent = names[Math.max(0, at - 1)];
    const key = name.slice('public.'.length);
    return `
SELECT pg_catalog.setval('${name}_id_seq', 100000, true);
ALTER TABLE ONLY ${name}
    ADD CONSTRAINT ${key}_pkey PRIMARY KEY (id);
CREATE INDEX ${key}_name_idx ON ${name} USING btree (name);
ALTER TABLE ONLY ${name}
    ADD CONSTRAINT ${key}_parent_fkey FOREIGN KEY (parent_id) REFERENCES ${parent}(id) ON DELETE CASCADE;
`;
  });
  const row = (id) => `${id}\tname of row ${id}\t${id}.50\t{"a": ${id}, "b": "text"}\tnew\t\\N\t2024-01-01 00:00:00+00\n`;
  const left = bytes - [...parts, ...rest].reduce((sum, part) => sum + part.length, 0);
  const rows = Math.max(0, Math.floor(left / tables / row(1000).length));
  const data = names.map((name) => {
    const lines = Array.from({ length: rows }, (_, at) => row(at + 1)).join('');
    return `\nCOPY ${name} (id, name, amount, meta, status, parent_id, created_at) FROM stdin;\n${lines}\\.\n`;
  });
  // Keys that refer to other tables come when all have their own.
  const [own, foreign] = [rest.map((text) => text.split('\nALTER TABLE ONLY')), []];
  const keys = own.map(([setval, primary, last]) => {
    foreign.push(`\nALTER TABLE ONLY${last}`);
    return `${setval}\nALTER TABLE ONLY${primary}`;
  });
  return [...parts, ...data, ...keys, ...foreign].join('');
}

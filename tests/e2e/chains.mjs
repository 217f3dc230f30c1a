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

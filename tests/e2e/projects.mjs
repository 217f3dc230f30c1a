// A project of Alembic's, written for the journeys: on disk as a checkout has it, and as a zip.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const VISITS = `"""add patients and visits

Revision ID: 3f1a
Revises:
"""
from alembic import op
import sqlalchemy as sa

revision = "3f1a"
down_revision = None


def upgrade():
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("weight", sa.Integer()),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Enum("planned", "done", name="visit_state"), nullable=False),
    )
    op.execute("INSERT INTO patients (id, name, weight) VALUES (1, 'Ida', 61), (2, 'Noa', 78)")


def downgrade():
    op.drop_table("visits")
    op.drop_table("patients")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TYPE visit_state")
`;

const NARROW = `"""longer names, and who changed what

Revision ID: 8c2d
Revises: 3f1a
"""
from alembic import op
import sqlalchemy as sa
from clinic.columns import add_audit, drop_audit

revision = "8c2d"
down_revision = "3f1a"


def upgrade():
    with op.batch_alter_table("patients") as batch:
        batch.alter_column("name", existing_type=sa.String(60), type_=sa.String(120))
        batch.create_unique_constraint("uq_patients_name", ["name"])
    for table in ("patients", "visits"):
        add_audit(table)


def downgrade():
    for table in ("visits", "patients"):
        drop_audit(table)
    with op.batch_alter_table("patients") as batch:
        batch.drop_constraint("uq_patients_name", type_="unique")
        batch.alter_column("name", existing_type=sa.String(120), type_=sa.String(60))
`;

const COLUMNS = `from alembic import op
import sqlalchemy as sa


def add_audit(table):
    op.add_column(table, sa.Column("changed_by", sa.String(30)))
    op.create_index(f"ix_{table}_changed_by", table, ["changed_by"])


def drop_audit(table):
    op.drop_index(f"ix_{table}_changed_by", table_name=table)
    with op.batch_alter_table(table) as batch:
        batch.drop_column("changed_by")
`;

const GRAMS = `"""weights in grams

Revision ID: d47e
Revises: 8c2d
"""
from alembic import op
import sqlalchemy as sa

revision = "d47e"
down_revision = "8c2d"


def upgrade():
    bind = op.get_bind()
    patients = sa.table("patients", sa.column("id"), sa.column("weight"))
    # Each row is read, and written on its own.
    for row in bind.execute(sa.select(patients.c.id, patients.c.weight).order_by(patients.c.id)).all():
        bind.execute(patients.update().where(patients.c.id == row.id).values(weight=row.weight * 1000))


def downgrade():
    op.execute("UPDATE patients SET weight = weight / 1000")
`;

/** Paths and texts. */
export const CLINIC = {
  'alembic.ini': '[alembic]\nscript_location = migrations\nprepend_sys_path = .\nsqlalchemy.url = postgresql://db/clinic\n',
  'migrations/env.py': 'from alembic import context\nfrom clinic.models import Base\n\ntarget_metadata = Base.metadata\n',
  'migrations/script.py.mako': '"""${message}"""\n',
  'migrations/versions/3f1a_visits.py': VISITS,
  'migrations/versions/8c2d_narrow.py': NARROW,
  'migrations/versions/d47e_grams.py': GRAMS,
  'clinic/__init__.py': '',
  'clinic/columns.py': COLUMNS,
  'clinic/models.py': 'class Base:\n    metadata = None\n',
  'clinic/views.py': 'def index():\n    return "ok"\n',
  'README.rst': 'Clinic\n',
  'clinic/__pycache__/columns.cpython-312.py': 'nothing',
  '.venv/lib/site.py': 'nothing',
  'env/pyvenv.cfg': 'home = /usr',
  'env/lib/thing.py': 'nothing',
  'node_modules/x/a.sql': 'CREATE TABLE nothing (id INTEGER);',
};

/** Writes a project into a folder of its own for as long as `use` lasts. */
export async function onDisk(name, files, use) {
  const home = await mkdtemp(join(tmpdir(), 'retort-project-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      const file = join(home, name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return await use(join(home, name));
  } finally {
    await rm(home, { recursive: true });
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function checksum(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** A zip of a project, its files stored as they are. */
export function zipped(name, files) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [title, body] = [Buffer.from(`${name}/${path}`), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt32LE(checksum(body), 10);
    about.writeUInt32LE(body.length, 14);
    about.writeUInt32LE(body.length, 18);
    about.writeUInt16LE(title.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, entry, title);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), about, title, body];
    parts.push(...local);
    offset += local.reduce((sum, part) => sum + part.length, 0);
  }
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.reduce((sum, part) => sum + part.length, 0), 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

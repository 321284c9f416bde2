import { ontology as ontologySchema, type Ontology } from '@guanxi/contracts';
import { type Migration, type Postgres, UserError } from '../platform/index.ts';

export const ontologyMigrations: readonly Migration[] = [
  {
    id: 'graph-001-ontology',
    sql: `CREATE TABLE graph_ontology (
      version int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ontology jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
  },
];

/** Checks an ontology from outside. Throws a {@link UserError} that names the first place where it is wrong. */
export function parseOntology(value: unknown): Ontology {
  const parsed = ontologySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError('invalid', 'bad_ontology', `The ontology cannot be used: ${issue?.message ?? 'invalid'}`, {
    where: issue?.path.map(String).join('.') ?? '',
    remedy: 'Correct this place and save again; nothing was changed.',
  });
}

/** Before attributes had classes, they were personal or not. */
const classed = (saved: unknown): unknown =>
  JSON.parse(JSON.stringify(saved), (key, value: unknown) =>
    key === 'pii' && typeof value === 'boolean' ? (value ? 'personal' : undefined) : value,
  );

/** The newest ontology, or null in a new installation. */
export async function readOntology(postgres: Postgres): Promise<Ontology | null> {
  const [row] = await postgres.query<{ ontology: unknown }>(
    'SELECT ontology FROM graph_ontology ORDER BY version DESC LIMIT 1',
  );
  return row ? parseOntology(classed(row.ontology)) : null;
}

/** Every version is kept, so that it can be said which one made what. */
export async function writeOntology(postgres: Postgres, ontology: Ontology): Promise<void> {
  await postgres.query('INSERT INTO graph_ontology (ontology) VALUES ($1::jsonb)', [JSON.stringify(ontology)]);
}

import type { ActorRef, NodeId, SavedScene, SceneContent, SceneRow } from '@guanxi/contracts';
import { sceneContent } from '@guanxi/contracts';
import { type Migration, type Platform, UserError } from '../platform/index.ts';
import { namesAny, withoutNodes } from './nodes.ts';

/** Explorations that people keep and share. */
export interface Scenes {
  /** The last changed first. */
  list(): Promise<SceneRow[]>;
  /** Throws `no_such_scene`. */
  get(id: string): Promise<SavedScene>;
  /** Who made it, also of one that was removed and can be restored. Throws `no_such_scene`. */
  ownerOf(id: string): Promise<ActorRef>;
  create(name: string, content: SceneContent, by: ActorRef): Promise<SceneRow>;
  /** Changes version `version`. Throws `no_such_scene`, and `scene_changed` where it is not the version of now. */
  update(id: string, change: SceneChange, by: ActorRef): Promise<SceneRow>;
  /** Puts it aside for a week, then for good. Throws as {@link update} does. */
  remove(id: string, version: number, by: ActorRef): Promise<SceneRow>;
  /** Takes a removal back. Throws `no_such_scene`. */
  restore(id: string, by: ActorRef): Promise<SceneRow>;
  /** Scenes that speak of any of these nodes, or whose name `names` somebody; those that were removed, too. */
  naming(nodes: ReadonlySet<NodeId>, names: (text: string) => boolean): Promise<string[]>;
  /**
   * Takes the nodes out of these scenes, and names that `names` somebody. It is a change as any other: who has such a
   * scene open cannot save what was taken out.
   */
  eraseNodes(ids: readonly string[], nodes: ReadonlySet<NodeId>, names: (text: string) => boolean): Promise<void>;
}

export interface SceneChange {
  readonly version: number;
  readonly name?: string | undefined;
  readonly content?: SceneContent | undefined;
}

const sceneMigrations: readonly Migration[] = [
  {
    id: 'scenes-001-scene',
    sql: `CREATE TABLE scene (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, owner jsonb NOT NULL, version int NOT NULL DEFAULT 1,
      content jsonb NOT NULL, nodes int NOT NULL, edges int NOT NULL, created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL, updated_by jsonb NOT NULL, deleted_at timestamptz);
      CREATE INDEX scene_updated ON scene (updated_at DESC)`,
  },
];

const KEPT_DAYS = 7;
const MOST = 500;
/** Contents are read so many at a time; each may be megabytes. */
const PAGE = 20;
const NAMELESS = '–';
const COLUMNS = 'id, name, owner, version, nodes, edges, created_at, updated_at, updated_by';

interface Row {
  id: string;
  name: string;
  owner: ActorRef;
  version: number;
  nodes: number;
  edges: number;
  created_at: Date;
  updated_at: Date;
  updated_by: ActorRef;
}

const toRow = (row: Row): SceneRow => ({
  id: row.id,
  name: row.name,
  owner: row.owner,
  version: row.version,
  nodes: row.nodes,
  edges: row.edges,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  updatedBy: row.updated_by,
});

const noScene = () => new UserError('not_found', 'no_such_scene', 'There is no such scene');
const changed = () =>
  new UserError('conflict', 'scene_changed', 'Somebody else changed this scene meanwhile', {
    remedy: 'Open it again to see the change, or save yours as a scene of its own.',
  });
const sizes = ({ drawn }: SceneContent) => [drawn.nodes.length, Object.keys(drawn.edges).length];

interface Content {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly content: unknown;
}

/** What scenes hold and are called, every one. */
async function* contents({ postgres }: Platform): AsyncGenerator<Content> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const rows = await postgres.query<Content>(
      'SELECT id, name, version, content FROM scene WHERE id > $1 ORDER BY id LIMIT $2',
      [after, PAGE],
    );
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

function erasing(platform: Platform): Pick<Scenes, 'naming' | 'eraseNodes'> {
  const { postgres } = platform;
  const eraseFrom = async (id: string, nodes: ReadonlySet<NodeId>, names: (text: string) => boolean) => {
    for (;;) {
      const [row] = await postgres.query<Content>('SELECT id, name, version, content FROM scene WHERE id = $1', [id]);
      if (!row) return;
      const content = withoutNodes(sceneContent.parse(row.content), nodes);
      const name = names(row.name) ? NAMELESS : row.name;
      const done = await postgres.query(
        `UPDATE scene SET name = $3, content = $4::jsonb, nodes = $5, edges = $6, version = version + 1
         WHERE id = $1 AND version = $2 RETURNING id`,
        [id, row.version, name, JSON.stringify(content), ...sizes(content)],
      );
      // Where somebody changed it meanwhile it is looked at again.
      if (done.length > 0) return;
    }
  };
  return {
    async naming(nodes, names) {
      const found: string[] = [];
      for await (const { id, name, content } of contents(platform))
        if (names(name) || namesAny(sceneContent.parse(content), nodes)) found.push(id);
      return found;
    },
    async eraseNodes(ids, nodes, names) {
      for (const id of ids) await eraseFrom(id, nodes, names);
    },
  };
}

/** Scenes in PostgreSQL. */
export async function createScenes(platform: Platform): Promise<Scenes> {
  const { postgres, clock } = platform;
  await postgres.migrate(sceneMigrations);
  const now = () => new Date(clock.now());
  const one = (rows: readonly Row[]): SceneRow | null => (rows[0] ? toRow(rows[0]) : null);

  const find = async (id: string): Promise<Row & { content: unknown }> => {
    const rows = await postgres.query<Row & { content: unknown }>(
      `SELECT ${COLUMNS}, content FROM scene WHERE id = $1 AND deleted_at IS NULL`,
      [id],
    );
    if (!rows[0]) throw noScene();
    return rows[0];
  };
  /** Why a change of a version had no effect. */
  const refused = async (id: string): Promise<Error> => find(id).then(changed, (error: Error) => error);

  return {
    ...erasing(platform),
    async list() {
      const rows = await postgres.query<Row>(
        `SELECT ${COLUMNS} FROM scene WHERE deleted_at IS NULL ORDER BY updated_at DESC, id LIMIT ${MOST}`,
      );
      return rows.map(toRow);
    },
    async get(id) {
      const row = await find(id);
      return { ...toRow(row), content: sceneContent.parse(row.content) };
    },
    async ownerOf(id) {
      const [row] = await postgres.query<{ owner: ActorRef }>('SELECT owner FROM scene WHERE id = $1', [id]);
      if (!row) throw noScene();
      return row.owner;
    },
    async create(name, content, by) {
      const rows = await postgres.query<Row>(
        `INSERT INTO scene (name, owner, content, nodes, edges, created_at, updated_at, updated_by)
         VALUES ($1, $2::jsonb, $3::jsonb, $4, $5, $6, $6, $2::jsonb) RETURNING ${COLUMNS}`,
        [name, JSON.stringify(by), JSON.stringify(content), ...sizes(content), now()],
      );
      return one(rows)!;
    },
    async update(id, { version, name, content }, by) {
      const [nodes, edges] = content ? sizes(content) : [null, null];
      const rows = await postgres.query<Row>(
        `UPDATE scene SET name = coalesce($3, name), content = coalesce($4::jsonb, content), nodes = coalesce($5, nodes),
                edges = coalesce($6, edges), version = version + 1, updated_at = $7, updated_by = $8::jsonb
         WHERE id = $1 AND version = $2 AND deleted_at IS NULL RETURNING ${COLUMNS}`,
        [id, version, name ?? null, content ? JSON.stringify(content) : null, nodes, edges, now(), JSON.stringify(by)],
      );
      return one(rows) ?? Promise.reject(await refused(id));
    },
    async remove(id, version, by) {
      await postgres.query('DELETE FROM scene WHERE deleted_at < $1', [new Date(clock.now() - KEPT_DAYS * 86_400_000)]);
      const rows = await postgres.query<Row>(
        `UPDATE scene SET deleted_at = $3, version = version + 1, updated_at = $3, updated_by = $4::jsonb
         WHERE id = $1 AND version = $2 AND deleted_at IS NULL RETURNING ${COLUMNS}`,
        [id, version, now(), JSON.stringify(by)],
      );
      return one(rows) ?? Promise.reject(await refused(id));
    },
    async restore(id, by) {
      const rows = await postgres.query<Row>(
        `UPDATE scene SET deleted_at = NULL, version = version + 1, updated_at = $2, updated_by = $3::jsonb
         WHERE id = $1 AND deleted_at IS NOT NULL RETURNING ${COLUMNS}`,
        [id, now(), JSON.stringify(by)],
      );
      const row = one(rows);
      if (!row) throw noScene();
      return row;
    },
  };
}

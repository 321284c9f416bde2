// Creates the embedded PostgreSQL's folder in a process of its own: doing so takes 700 MB that are not given back.
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create({ dataDir: process.argv[2] });
await db.close();

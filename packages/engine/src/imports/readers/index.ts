export { type ByteSource, plainFile } from './bytes.ts';
export { openTable } from './open.ts';
export type { Row, RowBatch, Table } from './rows.ts';

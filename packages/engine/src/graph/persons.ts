import type { NodeId } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { UserError } from '../platform/index.ts';

/** A node as it is today with the rows that are its: of a person all anchors, of anything else itself. */
export interface Place {
  readonly id: NodeId;
  readonly rows: readonly NodeId[];
  readonly isPerson: boolean;
}

/** For an id that is nothing's. */
export const notFound = () => new UserError('not_found', 'no_such_node', 'There is no such node in the graph');

/** Finds a node by its id of today, or a person by a former one. */
export async function placeOf(identity: Identity, id: NodeId): Promise<Place> {
  const person = await identity.currentPerson(id);
  const anchors = person === null ? undefined : (await identity.anchorsOf([person])).get(person);
  return anchors ? { id: person!, rows: anchors, isPerson: true } : { id, rows: [id], isPerson: false };
}

import { z } from 'zod';
import { localized } from './common.ts';
import { piiClass } from './pii.ts';

const name = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

/** The families of the console's palette: every node type belongs to one. */
export const nodeFamily = z.enum(['person', 'identifier', 'product', 'market', 'need', 'event', 'segment', 'campaign']);
export type NodeFamily = z.infer<typeof nodeFamily>;

export const attributeType = z.object({
  label: localized,
  type: z.enum(['string', 'number', 'boolean', 'instant']),
  /** What it says of a person, which decides whether it is masked. Absent: guessed from its name and value. */
  pii: piiClass.optional(),
});

export const nodeType = z.object({
  label: localized,
  family: nodeFamily,
  /** The attribute shown as the node's name; its key where absent. */
  title: name.optional(),
  attributes: z.record(name, attributeType).default({}),
});
export type NodeType = z.infer<typeof nodeType>;

export const edgeType = z.object({
  label: localized,
  inverse: localized,
  from: name,
  to: name,
  /** What the weight adds up, for example pieces or money; empty when it counts events. */
  weightLabel: localized.optional(),
});
export type EdgeType = z.infer<typeof edgeType>;

/**
 * A value taken from an event: a path (`properties.order_id`, `item.product_id`, `traits.email`, `context.ip`, `name`,
 * `channel`) or a constant. `item` is the current element where the projection has `each`.
 */
export const valueExpression = z.union([
  z.string().min(1).describe('A path; the first that has a value wins when several are joined with |'),
  z.object({ constant: z.union([z.string(), z.number(), z.boolean()]) }),
  z.object({
    product: z.array(z.string().min(1)).min(2).max(4).describe('Numbers multiplied, such as price × quantity'),
  }),
  z.object({ absolute: z.string().min(1).describe('A number without its sign, such as returned pieces') }),
]);
export type ValueExpression = z.infer<typeof valueExpression>;

/** A node an event is about; `person` is whoever the event belongs to. An absent key makes no node. */
export const nodeReference = z.union([
  z.literal('person'),
  z.object({
    type: name,
    key: valueExpression,
    attributes: z.record(name, valueExpression).default({}),
  }),
]);
export type NodeReference = z.infer<typeof nodeReference>;

/** Which event makes which nodes, edges and attributes, and with which weight. */
export const projection = z.object({
  id: name,
  when: z.object({
    types: z.array(z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias'])).optional(),
    names: z.array(z.string().min(1)).optional(),
  }),
  /** Repeat for every element of this array of the event, for example `properties.products`. */
  each: z.string().optional(),
  /** Attributes of the person, from the event. */
  traits: z.record(name, valueExpression).default({}),
  nodes: z.record(name, nodeReference).default({}),
  edges: z
    .array(
      z.object({
        type: name,
        from: name.describe('A name of `nodes`, or person'),
        to: name,
        weight: valueExpression.default({ constant: 1 }),
      }),
    )
    .default([]),
});
export type Projection = z.infer<typeof projection>;

/** The whole graph as data: what there is, and where it comes from. Editing it rebuilds by replay. */
export const ontology = z
  .object({
    id: name,
    label: localized,
    nodeTypes: z.record(name, nodeType),
    edgeTypes: z.record(name, edgeType),
    projections: z.array(projection),
  })
  .superRefine((value, context) => {
    const missing = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (!value.nodeTypes['person']) missing(['nodeTypes'], 'a node type named person is needed');
    for (const [id, edge] of Object.entries(value.edgeTypes))
      for (const end of ['from', 'to'] as const)
        if (!value.nodeTypes[edge[end]]) missing(['edgeTypes', id, end], `no node type is named ${edge[end]}`);
    value.projections.forEach((item, index) => {
      const typeOf = (ref: string) => {
        if (ref === 'person') return 'person';
        const node = item.nodes[ref];
        return node === undefined ? undefined : node === 'person' ? 'person' : node.type;
      };
      for (const [ref, node] of Object.entries(item.nodes))
        if (node !== 'person' && !value.nodeTypes[node.type])
          missing(['projections', index, 'nodes', ref], `no node type is named ${node.type}`);
      item.edges.forEach((edge, at) => {
        const declared = value.edgeTypes[edge.type];
        const path = ['projections', index, 'edges', at];
        if (!declared) return missing(path, `no edge type is named ${edge.type}`);
        for (const end of ['from', 'to'] as const) {
          const type = typeOf(edge[end]);
          if (type === undefined) missing([...path, end], `${edge[end]} is not one of this projection's nodes`);
          else if (type !== declared[end])
            missing([...path, end], `${edge.type} wants a ${declared[end]} here, not a ${type}`);
        }
      });
    });
  });
export type Ontology = z.infer<typeof ontology>;

import { z } from 'zod';
import { actorRef } from './access.ts';
import { instant, nodeId } from './common.ts';

/** What was drawn when a scene was saved, to tell what has changed since. Ids and counts: nothing a customer said. */
export const drawnGraph = z.object({
  nodes: z.array(nodeId).max(20_000),
  /** `from:to:type`, and how many events were behind it. */
  edges: z.record(z.string().max(100), z.number().int()),
});
export type DrawnGraph = z.infer<typeof drawnGraph>;

const place = z.tuple([z.number(), z.number()]);

/** An exploration as it was left: its address, where nodes stood, and what was drawn. */
export const sceneContent = z.object({
  /** The search parameters of the explorer: nodes, expansions, filters, window, questions. */
  address: z.record(z.string().max(20), z.string().max(500_000)),
  places: z.record(nodeId, place),
  drawn: drawnGraph,
});
export type SceneContent = z.infer<typeof sceneContent>;

export const sceneName = z.string().trim().min(1).max(100);

export const sceneRow = z.object({
  id: z.uuid(),
  name: sceneName,
  owner: actorRef,
  /** Grows with every change; a change names the version it was made to. */
  version: z.number().int(),
  nodes: z.number().int(),
  edges: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: actorRef,
});
export type SceneRow = z.infer<typeof sceneRow>;

export const scene = sceneRow.extend({ content: sceneContent });
export type SavedScene = z.infer<typeof scene>;

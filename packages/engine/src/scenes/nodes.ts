import type { NodeId, SceneContent } from '@guanxi/contracts';

/**
 * An address is made of lists of nodes (`id,id`), of items that begin with a node or hold several (`id:bought,id:1.5:2`),
 * of questions about nodes (`id:id:3:4`), and of what has nothing to do with any. So whatever names a node as a part of
 * its own is about it.
 */
const partsOf = (item: string): string[] => item.split(':');
const itemsOf = (value: string): string[] => value.split(',');
const isAbout = (item: string, nodes: ReadonlySet<NodeId>) => partsOf(item).some((part) => nodes.has(part));

/** Whether a scene speaks of any of these nodes. */
export function namesAny({ address, places, drawn }: SceneContent, nodes: ReadonlySet<NodeId>): boolean {
  return (
    Object.values(address).some((value) => itemsOf(value).some((item) => isAbout(item, nodes))) ||
    Object.keys(places).some((node) => nodes.has(node)) ||
    drawn.nodes.some((node) => nodes.has(node)) ||
    Object.keys(drawn.edges).some((edge) => isAbout(edge, nodes))
  );
}

/** The scene as if these nodes had never been in it; questions about one of them are asked no more. */
export function withoutNodes({ address, places, drawn }: SceneContent, nodes: ReadonlySet<NodeId>): SceneContent {
  const kept = Object.entries(address).flatMap(([name, value]) => {
    const items = itemsOf(value).filter((item) => !isAbout(item, nodes));
    return items.length > 0 ? [[name, items.join(',')] as const] : [];
  });
  return {
    address: Object.fromEntries(kept),
    places: Object.fromEntries(Object.entries(places).filter(([node]) => !nodes.has(node))),
    drawn: {
      nodes: drawn.nodes.filter((node) => !nodes.has(node)),
      edges: Object.fromEntries(Object.entries(drawn.edges).filter(([edge]) => !isAbout(edge, nodes))),
    },
  };
}

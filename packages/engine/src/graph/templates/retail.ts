import { ontology, type Ontology } from '@guanxi/contracts';
import { retailEdges } from './retail-edges.ts';
import { retailNodes } from './retail-nodes.ts';
import { retailProjections } from './retail-projections.ts';

/** Retail and beauty: what a shop's customers look at, buy, say and answer to. The ontology of a new installation. */
export const retail: Ontology = ontology.parse({
  id: 'retail',
  label: { zh: '零售与美妆', en: 'Retail and beauty' },
  nodeTypes: retailNodes,
  edgeTypes: retailEdges,
  projections: retailProjections,
});

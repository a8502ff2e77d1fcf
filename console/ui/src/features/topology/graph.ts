import type { Shape } from '../../api/client';
import { shows, terms } from './query';

export type GraphNode = Shape['GraphNode'];
export type GraphEdge = Shape['GraphEdge'];

export interface Picture {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export const edgeId = (it: GraphEdge) => `${it.from}→${it.to}→${it.service}→${it.protocol}`;

/** The part of a graph that is looked for: what the text takes, and whatever it talks to. */
export function looked(graph: Picture, text: string): Picture {
  const found = terms(text);
  if (found.length === 0) return { nodes: graph.nodes, edges: graph.edges };
  const edgesOf = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    for (const id of [edge.from, edge.to]) edgesOf.set(id, [...(edgesOf.get(id) ?? []), edge]);
  }
  const item = (node: GraphNode) => ({ party: node.party, edges: edgesOf.get(node.id) ?? [] });
  const taken = new Set(graph.nodes.filter((node) => shows(found, item(node))).map((node) => node.id));
  const hiding = found.filter((term) => term.hides);
  const hidden = new Set(graph.nodes.filter((node) => !shows(hiding, item(node))).map((node) => node.id));
  const looksFor = found.some((term) => !term.hides);
  const edges = graph.edges.filter(
    (edge) => !hidden.has(edge.from) && !hidden.has(edge.to) && (!looksFor || taken.has(edge.from) || taken.has(edge.to)),
  );
  const beside = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  return { nodes: graph.nodes.filter((node) => !hidden.has(node.id) && (taken.has(node.id) || beside.has(node.id))), edges };
}

export interface Health {
  perSecond: number;
  errorShare: number;
  requests: number;
}

/** How the calls went that a node answers. */
export function received(id: string, edges: readonly GraphEdge[]): Health {
  let [requests, errors, perSecond] = [0, 0, 0];
  for (const edge of edges) {
    if (edge.to === id) {
      requests += edge.requests;
      errors += edge.errors;
      perSecond += edge.perSecond;
    }
  }
  return { requests, perSecond, errorShare: requests === 0 ? 0 : errors / requests };
}

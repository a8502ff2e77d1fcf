import type { Shape } from '../../api/client';

export interface Readiness {
  service: string;
  namespace: string;
  requests: number;
  /** Share of calls over mutual TLS; undefined where nobody tells. */
  share: number | undefined;
  /** Who would be refused if only mutual TLS were taken. */
  plain: string[];
}

/** For each service that is called, who calls it in plain text. */
export function readiness(graph: Shape['Graph']): Readiness[] {
  const parties = new Map(graph.nodes.map((it) => [it.id, it.party]));
  const found = new Map<string, Readiness & { secure: number; told: number }>();
  for (const edge of graph.edges) {
    const party = parties.get(edge.to);
    const service = edge.service || party?.service || '';
    if (!service) continue;
    const it = found.get(service) ?? { service, namespace: party?.namespace ?? '', requests: 0, share: undefined, plain: [], secure: 0, told: 0 };
    it.requests += edge.requests;
    if (edge.secureShare !== undefined) {
      it.told += edge.requests;
      it.secure += edge.requests * edge.secureShare;
      if (edge.secureShare < 1) it.plain.push(parties.get(edge.from)?.workload || edge.from);
    }
    it.share = it.told > 0 ? it.secure / it.told : undefined;
    found.set(service, it);
  }
  return [...found.values()]
    .map(({ secure: _, told: __, ...it }) => ({ ...it, plain: [...new Set(it.plain)].sort() }))
    .sort((a, b) => (a.share ?? 2) - (b.share ?? 2) || a.service.localeCompare(b.service));
}

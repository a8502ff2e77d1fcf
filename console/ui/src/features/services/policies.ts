import type { Shape } from '../../api/client';

type Resource = Shape['Resource'];

/** Kinds in the order in which a call meets them. */
const ORDER = ['Gateway', 'VirtualService', 'HTTPRoute', 'GRPCRoute', 'DestinationRule', 'RequestAuthentication', 'AuthorizationPolicy', 'PeerAuthentication'];

/** What speaks about a service by its host, or about a workload of its namespace. */
export function about(service: { host: string; namespace: string; endpoints: Shape['Endpoint'][] }, resources: readonly Resource[]): Resource[] {
  return resources
    .filter((it) => ORDER.includes(it.kind) && it.kind !== 'Gateway' && speaksOf(service, it))
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name));
}

function speaksOf(service: { host: string; namespace: string; endpoints: Shape['Endpoint'][] }, resource: Resource): boolean {
  const spec = object(object(resource.resource)['spec']);
  switch (resource.kind) {
    case 'DestinationRule':
      return isHost(service, String(spec['host'] ?? ''), resource.namespace);
    case 'VirtualService':
      return list(spec['hosts']).some((host) => isHost(service, String(host), resource.namespace)) || hosts(spec).some((host) => isHost(service, host, resource.namespace));
    case 'HTTPRoute':
    case 'GRPCRoute':
      return hosts(spec).some((host) => isHost(service, host, resource.namespace));
    default:
      return resource.namespace === service.namespace && selects(spec, service.endpoints);
  }
}

/** A name as resources write it: short in its own namespace, or whole, or with a star. */
function isHost(service: { host: string; namespace: string }, said: string, namespace: string): boolean {
  if (said === service.host) return true;
  if (said.startsWith('*')) return said.length > 1 && service.host.endsWith(said.slice(1));
  const [name = '', rest] = service.host.split(/\.(.*)/s);
  return said === name ? namespace === service.namespace : rest !== undefined && said === `${name}.${service.namespace}`;
}

/** Hosts of destinations, however deep they stand. */
function hosts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(hosts);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'destination') return [String(object(value)['host'] ?? '')];
    if (key === 'backendRefs') return list(value).map((it) => String(object(it)['name'] ?? ''));
    return hosts(value);
  });
}

function selects(spec: Record<string, unknown>, endpoints: Shape['Endpoint'][]): boolean {
  const labels = object(object(spec['selector'])['matchLabels']);
  const wanted = Object.entries(labels);
  return wanted.length === 0 || endpoints.some((it) => wanted.every(([key, value]) => it.labels[key] === value));
}

const object = (node: unknown) => (typeof node === 'object' && node !== null ? (node as Record<string, unknown>) : {});
const list = (node: unknown) => (Array.isArray(node) ? (node as unknown[]) : []);

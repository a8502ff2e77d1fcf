// Meshes that no demo has: one that is large, and one whose names want to be more than names.

const party = (workload, namespace, version = '') => ({ workload, namespace, version, service: `${workload}.${namespace}.svc.cluster.local` });
const golden = (requests, errors, p99Millis) => ({
  requests, perSecond: requests / 60, errors, errorShare: errors / requests, callersFaults: 0, p50Millis: p99Millis / 8, p90Millis: p99Millis / 2, p99Millis,
  received: requests * 120, sent: requests * 900,
});

export function large(services, edges) {
  let seed = 42;
  const random = (n) => {
    seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((seed ^ (seed >>> 13)) >>> 0) % n;
  };
  const nodes = Array.from({ length: services }, (_, i) => ({ id: `n${i}`, party: party(`service-${i}`, `team-${i % 15}`, `v${1 + (i % 3)}`) }));
  const known = new Set();
  const all = [];
  while (all.length < edges) {
    const from = random(services);
    const to = Math.min(services - 1, from + 1 + random(40));
    const key = `${from} ${to}`;
    if (from !== to && !known.has(key)) {
      known.add(key);
      const requests = 10 + random(5000);
      all.push({
        from: `n${from}`, to: `n${to}`, service: nodes[to].party.service, protocol: 'http', ...golden(requests, random(10) === 0 ? random(requests) : 0, 5 + random(400)),
        secureShare: random(8) === 0 ? 0.5 : 1,
      });
    }
  }
  return { from: '2026-01-31T12:00:00Z', to: '2026-01-31T12:01:00Z', nodes, edges: all };
}

const NAMES = ['<img src=x onerror=hacked=1>', '\u202Egnihtemos\u202C', `${'long-'.repeat(2000)}name`, '</script><script>hacked=1</script>', "';--\"{{x}}"];

const service = (name) => ({
  host: name, namespace: 'default', external: false, ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], versions: { [name]: 1 },
  endpoints: [{ address: '10.0.0.1', port: 80, servicePort: 80, health: 'HEALTHY', labels: { [name]: name } }], file: name, line: 1,
});

export const hostile = {
  services: { version: 1, services: NAMES.map(service) },
  overview: {
    mesh: { version: 1, since: '2026-01-31T12:00:00Z', proxies: 1, proxiesInSync: 0, proxiesOnVersion: 0, errors: 1, warnings: 0, bugs: 0 },
    services: NAMES.map(service),
    proxies: NAMES.map((name) => ({
      id: `sidecar~10.0.0.1~${name}~x`, cluster: name, role: 'sidecar', kind: name, peer: name, protocol: 'delta', connected: false,
      connectedSince: '2026-01-31T12:00:00Z', sent: '', inStage: false, inSync: false, types: [], reason: name,
    })),
    resources: [],
    findings: NAMES.map((name) => ({ code: 'HED0001', severity: 'error', file: name, line: 1, column: 1, resource: name, field: name, message: name, hint: name, text: name })),
  },
  graph: {
    from: '2026-01-31T12:00:00Z', to: '2026-01-31T12:01:00Z',
    nodes: NAMES.map((name, i) => ({ id: `n${i}`, party: party(name, name, name) })),
    edges: [{ from: 'n0', to: 'n1', service: NAMES[0], protocol: 'http', ...golden(100, 5, 30) }],
  },
};

/** Has proxies tell the control plane of every call: logs and spans to its port of xDS. */
export const telemetry = (port) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: signals, namespace: istio-system}
spec:
  hosts: [signals.heddle.internal]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{number: ${port}, name: grpc, protocol: GRPC}]
  endpoints: [{address: 127.0.0.1}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    extensionProviders:
    - name: logs
      envoyOtelAls:
        service: signals.heddle.internal
        port: ${port}
        logFormat:
          labels:
            request_id: "%REQ(X-REQUEST-ID)%"
            method: "%REQ(:METHOD)%"
            path: "%REQ(:PATH)%"
            authority: "%REQ(:AUTHORITY)%"
            protocol: "%PROTOCOL%"
            response_code: "%RESPONSE_CODE%"
            response_flags: "%RESPONSE_FLAGS%"
            response_code_details: "%RESPONSE_CODE_DETAILS%"
            duration: "%DURATION%"
            bytes_received: "%BYTES_RECEIVED%"
            bytes_sent: "%BYTES_SENT%"
            upstream_host: "%UPSTREAM_HOST%"
            upstream_cluster: "%UPSTREAM_CLUSTER%"
            route_name: "%ROUTE_NAME%"
            downstream_remote_address: "%DOWNSTREAM_REMOTE_ADDRESS%"
            downstream_local_address: "%DOWNSTREAM_LOCAL_ADDRESS%"
            reason: "%DYNAMIC_METADATA(heddle:reason)%"
            config_version: "%DYNAMIC_METADATA(heddle:config_version)%"
            rule: "%METADATA(ROUTE:heddle:resource)%"
            trace_id: "%TRACE_ID%"
            span_id: "%SPAN_ID%"
    - name: spans
      opentelemetry: {service: signals.heddle.internal, port: ${port}}
    defaultProviders: {accessLogging: [logs], tracing: [spans]}
    defaultConfig: {tracing: {sampling: 20}}
`;

package dev.heddle.model.check;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.kinds.Kinds;
import java.util.List;

/// Every check of every kind. Adding one is adding its line.
public final class Checks {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private static final List<Line<?>> ALL =
            List.of(
                    new Line<>(Kinds.VIRTUAL_SERVICE, new VirtualServiceCheck()),
                    new Line<>(Kinds.DESTINATION_RULE, new DestinationRuleCheck()),
                    new Line<>(Kinds.GATEWAY, new GatewayCheck()),
                    new Line<>(Kinds.SERVICE_ENTRY, new ServiceEntryCheck()),
                    new Line<>(Kinds.SIDECAR, new SidecarCheck()),
                    new Line<>(
                            Kinds.WORKLOAD_ENTRY,
                            (r, f) -> WorkloadChecks.checkEntry(r.spec(), true, true, SPEC, f)),
                    new Line<>(
                            Kinds.WORKLOAD_GROUP, (r, f) -> WorkloadChecks.checkGroup(r.spec(), f)),
                    new Line<>(Kinds.PROXY_CONFIG, new ProxyConfigCheck()),
                    new Line<>(Kinds.AUTHORIZATION_POLICY, SecurityChecks::checkAuthorization),
                    new Line<>(Kinds.PEER_AUTHENTICATION, SecurityChecks::checkPeer),
                    new Line<>(Kinds.REQUEST_AUTHENTICATION, SecurityChecks::checkRequest),
                    new Line<>(
                            Kinds.TELEMETRY, (r, f) -> ExtensionChecks.checkTelemetry(r.spec(), f)),
                    new Line<>(Kinds.WASM_PLUGIN, (r, f) -> ExtensionChecks.checkWasm(r.spec(), f)),
                    new Line<>(
                            Kinds.TRAFFIC_EXTENSION,
                            (r, f) -> ExtensionChecks.checkExtension(r.spec(), f)),
                    new Line<>(
                            Kinds.ENVOY_FILTER,
                            (r, f) -> ExtensionChecks.checkEnvoyFilter(r.spec(), f)),
                    new Line<>(Kinds.INGRESS, new IngressCheck()),
                    new Line<>(Kinds.BACKEND_TRAFFIC_POLICY, new BackendTrafficPolicyCheck()),
                    new Line<>(Kinds.HTTP_ROUTE_FILTER, new RouteExtensionCheck()),
                    new Line<>(Kinds.SECURITY_POLICY, new SecurityPolicyCheck()),
                    new Line<>(Kinds.RATE_LIMIT_POLICY, new RateLimitPolicyCheck()),
                    new Line<>(Kinds.SERVICE_LEVEL_OBJECTIVE, new ServiceLevelObjectiveCheck()),
                    new Line<>(
                            Kinds.OPEN_ID_PROVIDER, (r, f) -> OidcCheck.check(r.spec(), SPEC, f)),
                    new Line<>(Kinds.MESH_TEST, new MeshTestCheck()),
                    new Line<>(Kinds.GATEWAY_CLASS, GatewayApiChecks::checkClass),
                    new Line<>(Kinds.KUBERNETES_GATEWAY, new KubernetesGatewayCheck()),
                    new Line<>(Kinds.LISTENER_SET, GatewayApiChecks::checkListenerSet),
                    new Line<>(Kinds.X_LISTENER_SET, GatewayApiChecks::checkListenerSet),
                    new Line<>(Kinds.HTTP_ROUTE, new KubernetesHttpRouteCheck()),
                    new Line<>(Kinds.GRPC_ROUTE, new KubernetesGrpcRouteCheck()),
                    new Line<>(Kinds.TLS_ROUTE, GatewayApiChecks::checkTls),
                    new Line<>(Kinds.TCP_ROUTE, GatewayApiChecks::checkTcp),
                    new Line<>(Kinds.UDP_ROUTE, GatewayApiChecks::checkUdp),
                    new Line<>(Kinds.REFERENCE_GRANT, GatewayApiChecks::checkGrant),
                    new Line<>(Kinds.BACKEND_TLS_POLICY, GatewayApiChecks::checkBackendTls),
                    new Line<>(Kinds.X_BACKEND_TRAFFIC_POLICY, GatewayApiChecks::checkTraffic),
                    new Line<>(Kinds.X_BACKEND, XBackendCheck::check),
                    new Line<>(Kinds.X_MESH, GatewayApiChecks::checkMesh),
                    new Line<>(Kinds.SERVICE, new ServiceCheck()),
                    new Line<>(Kinds.SERVICE_IMPORT, ServiceCheck::checkImport));

    private record Line<S>(Kind<S> kind, Check<S> check) {
        @SuppressWarnings("unchecked") // a resource's spec is of its kind's type by construction
        void run(Resource<?> resource, Findings findings) {
            if (resource.kind().equals(kind)) {
                check.check((Resource<S>) resource, findings);
            }
        }
    }

    private Checks() {}

    /// What is wrong with a resource.
    public static List<Diagnostic> check(Resource<?> resource) {
        var findings = new Findings(resource, new Diagnostics());
        ALL.forEach(line -> line.run(resource, findings));
        return findings.diagnostics().toList();
    }
}

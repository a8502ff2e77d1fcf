package dev.heddle.model.kinds;

import dev.heddle.model.Kind;
import dev.heddle.model.Kind.Layout;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.core.EndpointSlice;
import dev.heddle.model.core.Endpoints;
import dev.heddle.model.core.Ingress;
import dev.heddle.model.core.IngressClass;
import dev.heddle.model.core.Namespace;
import dev.heddle.model.core.Secret;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.ServiceImport;
import dev.heddle.model.gatewayapi.BackendTlsPolicy;
import dev.heddle.model.gatewayapi.GatewayClass;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.ReferenceGrant;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.gatewayapi.UdpRoute;
import dev.heddle.model.gatewayapi.XBackend;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.gatewayapi.XMesh;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.PeerAuthentication;
import dev.heddle.model.istio.ProxyConfig;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.TrafficExtension;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.WasmPlugin;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.istio.WorkloadGroup;
import dev.heddle.model.mesh.IstioOperator;
import dev.heddle.model.policy.BackendTrafficPolicy;
import dev.heddle.model.policy.FederatedTrustDomain;
import dev.heddle.model.policy.KeySet;
import dev.heddle.model.policy.OpenIdProvider;
import dev.heddle.model.policy.RateLimitPolicy;
import dev.heddle.model.policy.RouteExtension;
import dev.heddle.model.policy.SecurityPolicy;
import dev.heddle.model.policy.ServiceLevelObjective;
import dev.heddle.model.policy.TrustBundle;
import dev.heddle.model.tree.Node;
import dev.heddle.model.verify.MeshTest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Every kind that the mesh knows. Adding one is adding its constant, and its line in [#ALL].
///
/// This file is long because it is the whole list.
public final class Kinds {
    private static final String NETWORKING = "networking.istio.io";
    private static final String SECURITY = "security.istio.io";
    private static final String TELEMETRY_GROUP = "telemetry.istio.io";
    private static final String EXTENSIONS = "extensions.istio.io";
    private static final String HEDDLE = "heddle.dev";
    private static final String GATEWAYS = "gateway.networking.k8s.io";
    private static final String GATEWAYS_X = "gateway.networking.x-k8s.io";
    private static final List<String> SECURITY_VERSIONS = List.of("v1", "v1beta1");
    private static final Set<String> OURS =
            Set.of(
                    NETWORKING,
                    "security.istio.io",
                    "telemetry.istio.io",
                    "extensions.istio.io",
                    HEDDLE,
                    GATEWAYS,
                    GATEWAYS_X);
    private static final Set<String> WITHOUT_NAMESPACE =
            Set.of(
                    "APIService",
                    "CSIDriver",
                    "CustomResourceDefinition",
                    "MutatingWebhookConfiguration",
                    "Namespace",
                    "Node",
                    "PersistentVolume",
                    "PodSecurityPolicy",
                    "PriorityClass",
                    "StorageClass",
                    "ValidatingAdmissionPolicy",
                    "ValidatingWebhookConfiguration");
    private static final List<String> NETWORKING_VERSIONS = List.of("v1", "v1beta1", "v1alpha3");

    public static final Kind<VirtualService> VIRTUAL_SERVICE =
            networking("VirtualService", "virtualservices", "vs", VirtualService.class);
    public static final Kind<DestinationRule> DESTINATION_RULE =
            networking("DestinationRule", "destinationrules", "dr", DestinationRule.class);
    public static final Kind<Gateway> GATEWAY =
            networking("Gateway", "gateways", "gw", Gateway.class);
    public static final Kind<ServiceEntry> SERVICE_ENTRY =
            networking("ServiceEntry", "serviceentries", "se", ServiceEntry.class);
    public static final Kind<WorkloadEntry> WORKLOAD_ENTRY =
            networking("WorkloadEntry", "workloadentries", "we", WorkloadEntry.class);
    public static final Kind<WorkloadGroup> WORKLOAD_GROUP =
            networking("WorkloadGroup", "workloadgroups", "wg", WorkloadGroup.class);
    public static final Kind<Sidecar> SIDECAR =
            networking("Sidecar", "sidecars", "sc", Sidecar.class);
    public static final Kind<ProxyConfig> PROXY_CONFIG =
            kind(NETWORKING, List.of("v1beta1"), "ProxyConfig", "proxyconfigs", ProxyConfig.class);

    public static final Kind<EnvoyFilter> ENVOY_FILTER =
            kind(NETWORKING, List.of("v1alpha3"), "EnvoyFilter", "envoyfilters", EnvoyFilter.class);
    public static final Kind<AuthorizationPolicy> AUTHORIZATION_POLICY =
            kind(
                    SECURITY,
                    SECURITY_VERSIONS,
                    "AuthorizationPolicy",
                    "authorizationpolicies",
                    AuthorizationPolicy.class,
                    "ap");
    public static final Kind<PeerAuthentication> PEER_AUTHENTICATION =
            kind(
                    SECURITY,
                    SECURITY_VERSIONS,
                    "PeerAuthentication",
                    "peerauthentications",
                    PeerAuthentication.class,
                    "pa");
    public static final Kind<RequestAuthentication> REQUEST_AUTHENTICATION =
            kind(
                    SECURITY,
                    SECURITY_VERSIONS,
                    "RequestAuthentication",
                    "requestauthentications",
                    RequestAuthentication.class,
                    "ra");
    public static final Kind<Telemetry> TELEMETRY =
            kind(
                    TELEMETRY_GROUP,
                    List.of("v1", "v1alpha1"),
                    "Telemetry",
                    "telemetries",
                    Telemetry.class,
                    "telemetry");
    public static final Kind<WasmPlugin> WASM_PLUGIN =
            kind(EXTENSIONS, List.of("v1alpha1"), "WasmPlugin", "wasmplugins", WasmPlugin.class);
    public static final Kind<TrafficExtension> TRAFFIC_EXTENSION =
            kind(
                    EXTENSIONS,
                    List.of("v1alpha1"),
                    "TrafficExtension",
                    "trafficextensions",
                    TrafficExtension.class);

    public static final Kind<BackendTrafficPolicy> BACKEND_TRAFFIC_POLICY =
            kind(
                    HEDDLE,
                    List.of("v1alpha1"),
                    "BackendTrafficPolicy",
                    "backendtrafficpolicies",
                    BackendTrafficPolicy.class,
                    "btp");

    public static final Kind<RouteExtension> HTTP_ROUTE_FILTER =
            kind(
                    HEDDLE,
                    List.of("v1alpha1"),
                    "HTTPRouteFilter",
                    "httproutefilters",
                    RouteExtension.class);

    public static final Kind<SecurityPolicy> SECURITY_POLICY =
            kind(
                    HEDDLE,
                    List.of("v1alpha1"),
                    "SecurityPolicy",
                    "securitypolicies",
                    SecurityPolicy.class,
                    "sp");

    public static final Kind<RateLimitPolicy> RATE_LIMIT_POLICY =
            kind(
                    HEDDLE,
                    List.of("v1alpha1"),
                    "RateLimitPolicy",
                    "ratelimitpolicies",
                    RateLimitPolicy.class,
                    "rlp");

    public static final Kind<ServiceLevelObjective> SERVICE_LEVEL_OBJECTIVE =
            kind(
                    HEDDLE,
                    List.of("v1alpha1"),
                    "ServiceLevelObjective",
                    "servicelevelobjectives",
                    ServiceLevelObjective.class,
                    "slo",
                    "slos");

    public static final Kind<GatewayClass> GATEWAY_CLASS =
            new Kind<>(
                    GATEWAYS,
                    List.of("v1", "v1beta1"),
                    "GatewayClass",
                    "gatewayclasses",
                    List.of("gc"),
                    GatewayClass.class,
                    Layout.SPEC,
                    false);

    /// The Gateway API's Gateway; [#GATEWAY] is Istio's.
    public static final Kind<dev.heddle.model.gatewayapi.Gateway> KUBERNETES_GATEWAY =
            kind(
                    GATEWAYS,
                    List.of("v1", "v1beta1"),
                    "Gateway",
                    "gateways",
                    dev.heddle.model.gatewayapi.Gateway.class,
                    "gtw");

    public static final Kind<ListenerSet> LISTENER_SET =
            kind(GATEWAYS, List.of("v1"), "ListenerSet", "listenersets", ListenerSet.class, "lset");

    /// What a ListenerSet was before it was standard.
    public static final Kind<ListenerSet> X_LISTENER_SET =
            kind(
                    GATEWAYS_X,
                    List.of("v1alpha1"),
                    "XListenerSet",
                    "xlistenersets",
                    ListenerSet.class,
                    "xlset");

    public static final Kind<HttpRoute> HTTP_ROUTE =
            kind(GATEWAYS, List.of("v1", "v1beta1"), "HTTPRoute", "httproutes", HttpRoute.class);
    public static final Kind<GrpcRoute> GRPC_ROUTE =
            kind(GATEWAYS, List.of("v1", "v1alpha2"), "GRPCRoute", "grpcroutes", GrpcRoute.class);
    public static final Kind<TlsRoute> TLS_ROUTE =
            kind(
                    GATEWAYS,
                    List.of("v1", "v1alpha3", "v1alpha2"),
                    "TLSRoute",
                    "tlsroutes",
                    TlsRoute.class);
    public static final Kind<TcpRoute> TCP_ROUTE =
            kind(GATEWAYS, List.of("v1", "v1alpha2"), "TCPRoute", "tcproutes", TcpRoute.class);
    public static final Kind<UdpRoute> UDP_ROUTE =
            kind(GATEWAYS, List.of("v1", "v1alpha2"), "UDPRoute", "udproutes", UdpRoute.class);
    public static final Kind<ReferenceGrant> REFERENCE_GRANT =
            kind(
                    GATEWAYS,
                    List.of("v1", "v1beta1", "v1alpha2"),
                    "ReferenceGrant",
                    "referencegrants",
                    ReferenceGrant.class,
                    "refgrant");
    public static final Kind<BackendTlsPolicy> BACKEND_TLS_POLICY =
            kind(
                    GATEWAYS,
                    List.of("v1", "v1alpha3"),
                    "BackendTLSPolicy",
                    "backendtlspolicies",
                    BackendTlsPolicy.class,
                    "btlspolicy");
    public static final Kind<XBackendTrafficPolicy> X_BACKEND_TRAFFIC_POLICY =
            kind(
                    GATEWAYS_X,
                    List.of("v1alpha1"),
                    "XBackendTrafficPolicy",
                    "xbackendtrafficpolicies",
                    XBackendTrafficPolicy.class,
                    "xbtrafficpolicy");
    public static final Kind<XBackend> X_BACKEND =
            kind(
                    GATEWAYS_X,
                    List.of("v1alpha1"),
                    "XBackend",
                    "xbackends",
                    XBackend.class,
                    "xbackend");
    public static final Kind<XMesh> X_MESH =
            clusterWide(GATEWAYS_X, "XMesh", "xmeshes", List.of("mesh"), XMesh.class);
    public static final Kind<KeySet> KEY_SET =
            kind(HEDDLE, List.of("v1alpha1"), "KeySet", "keysets", KeySet.class);
    public static final Kind<OpenIdProvider> OPEN_ID_PROVIDER =
            kind(
                    HEDDLE,
                    List.of("v1alpha1"),
                    "OpenIDProvider",
                    "openidproviders",
                    OpenIdProvider.class);

    /// Tests of a configuration. It is no part of it: a mesh never has one.
    public static final Kind<MeshTest> MESH_TEST =
            kind(HEDDLE, List.of("v1alpha1"), "MeshTest", "meshtests", MeshTest.class);

    public static final Kind<TrustBundle> TRUST_BUNDLE =
            clusterWide(HEDDLE, "TrustBundle", "trustbundles", List.of(), TrustBundle.class);

    /// SPIRE's.
    public static final Kind<FederatedTrustDomain> FEDERATED_TRUST_DOMAIN =
            clusterWide(
                    "spire.spiffe.io",
                    "ClusterFederatedTrustDomain",
                    "clusterfederatedtrustdomains",
                    List.of("cftd"),
                    FederatedTrustDomain.class);

    public static final Kind<Service> SERVICE =
            core("", List.of("v1"), "Service", "services", "svc", Service.class, Layout.SPEC);
    public static final Kind<Endpoints> ENDPOINTS =
            core("", List.of("v1"), "Endpoints", "endpoints", "ep", Endpoints.class, Layout.FLAT);
    public static final Kind<EndpointSlice> ENDPOINT_SLICE =
            core(
                    "discovery.k8s.io",
                    List.of("v1", "v1beta1"),
                    "EndpointSlice",
                    "endpointslices",
                    "eps",
                    EndpointSlice.class,
                    Layout.FLAT);

    public static final Kind<ServiceImport> SERVICE_IMPORT =
            core(
                    "multicluster.x-k8s.io",
                    List.of("v1beta1", "v1alpha1"),
                    "ServiceImport",
                    "serviceimports",
                    "svcim",
                    ServiceImport.class,
                    Layout.SPEC);

    public static final Kind<Ingress> INGRESS =
            core(
                    "networking.k8s.io",
                    List.of("v1"),
                    "Ingress",
                    "ingresses",
                    "ing",
                    Ingress.class,
                    Layout.SPEC);
    public static final Kind<IngressClass> INGRESS_CLASS =
            new Kind<>(
                    "networking.k8s.io",
                    List.of("v1"),
                    "IngressClass",
                    "ingressclasses",
                    List.of(),
                    IngressClass.class,
                    Layout.SPEC,
                    false);

    public static final Kind<Secret> SECRET =
            core("", List.of("v1"), "Secret", "secrets", "secret", Secret.class, Layout.FLAT);

    public static final Kind<Namespace> NAMESPACE =
            new Kind<>(
                    "",
                    List.of("v1"),
                    "Namespace",
                    "namespaces",
                    List.of("ns"),
                    Namespace.class,
                    Layout.SPEC,
                    false);
    public static final Kind<ConfigMap> CONFIG_MAP =
            core("", List.of("v1"), "ConfigMap", "configmaps", "cm", ConfigMap.class, Layout.FLAT);
    public static final Kind<IstioOperator> ISTIO_OPERATOR =
            kind(
                    "install.istio.io",
                    List.of("v1alpha1"),
                    "IstioOperator",
                    "istiooperators",
                    IstioOperator.class,
                    "iop");

    /// All of them.
    public static final List<Kind<?>> ALL =
            List.of(
                    VIRTUAL_SERVICE,
                    DESTINATION_RULE,
                    GATEWAY,
                    SERVICE_ENTRY,
                    WORKLOAD_ENTRY,
                    WORKLOAD_GROUP,
                    SIDECAR,
                    PROXY_CONFIG,
                    ENVOY_FILTER,
                    AUTHORIZATION_POLICY,
                    PEER_AUTHENTICATION,
                    REQUEST_AUTHENTICATION,
                    TELEMETRY,
                    WASM_PLUGIN,
                    TRAFFIC_EXTENSION,
                    BACKEND_TRAFFIC_POLICY,
                    HTTP_ROUTE_FILTER,
                    SECURITY_POLICY,
                    RATE_LIMIT_POLICY,
                    SERVICE_LEVEL_OBJECTIVE,
                    GATEWAY_CLASS,
                    KUBERNETES_GATEWAY,
                    LISTENER_SET,
                    X_LISTENER_SET,
                    HTTP_ROUTE,
                    GRPC_ROUTE,
                    TLS_ROUTE,
                    TCP_ROUTE,
                    UDP_ROUTE,
                    REFERENCE_GRANT,
                    BACKEND_TLS_POLICY,
                    X_BACKEND_TRAFFIC_POLICY,
                    X_BACKEND,
                    X_MESH,
                    KEY_SET,
                    OPEN_ID_PROVIDER,
                    MESH_TEST,
                    TRUST_BUNDLE,
                    FEDERATED_TRUST_DOMAIN,
                    SERVICE,
                    ENDPOINTS,
                    ENDPOINT_SLICE,
                    SERVICE_IMPORT,
                    INGRESS,
                    INGRESS_CLASS,
                    SECRET,
                    NAMESPACE,
                    CONFIG_MAP,
                    ISTIO_OPERATOR);

    private Kinds() {}

    /// A young kind that lives in no namespace.
    private static <S> Kind<S> clusterWide(
            String group, String name, String plural, List<String> shortNames, Class<S> spec) {
        return new Kind<>(
                group, List.of("v1alpha1"), name, plural, shortNames, spec, Layout.SPEC, false);
    }

    /// The kind that a document names, by group and kind.
    public static Optional<Kind<?>> find(String group, String name) {
        return ALL.stream().filter(k -> k.group().equals(group) && k.name().equals(name)).findAny();
    }

    /// Whether the mesh itself says which kinds this API group has.
    public static boolean isOurs(String group) {
        return OURS.contains(group);
    }

    /// Whether a key without a value is no mistake in resources of that group: for Kubernetes it is
    /// as if the key was absent.
    public static boolean takesNull(String group) {
        return !isOurs(group) || group.equals(GATEWAYS) || group.equals(GATEWAYS_X);
    }

    /// Whether a kind is one that the mesh does not know yet, and that is kept as it is.
    public static boolean isComing(String group, String name) {
        return group.equals(GATEWAYS_X) && name.equals("XBackend");
    }

    /// A kind that is kept as it is, without a look into it. Its `spec` is the whole document.
    public static Kind<Node> opaque(String group, String version, String name) {
        String plural = name.toLowerCase(Locale.ROOT) + "s";
        boolean namespaced = !name.startsWith("Cluster") && !WITHOUT_NAMESPACE.contains(name);
        return new Kind<>(
                group,
                List.of(version),
                name,
                plural,
                List.of(),
                Node.class,
                Layout.FLAT,
                namespaced);
    }

    /// The kind that a user names on a command line, as in `VirtualService`, `virtualservice`,
    /// `virtualservices`, `vs`, or `virtualservices.networking.istio.io`.
    public static Optional<Kind<?>> named(String word) {
        return ALL.stream().filter(k -> isNamed(k, word)).findFirst();
    }

    /// The word that names this kind and no other: its plural, or, where an earlier kind has the
    /// same, that with its group behind, as in `gateways.gateway.networking.k8s.io`.
    public static String word(Kind<?> kind) {
        boolean isTaken = named(kind.plural()).filter(first -> !first.equals(kind)).isPresent();
        return isTaken ? kind.plural() + "." + kind.group() : kind.plural();
    }

    private static boolean isNamed(Kind<?> kind, String word) {
        return word.equalsIgnoreCase(kind.name())
                || word.equalsIgnoreCase(kind.plural())
                || word.equalsIgnoreCase(kind.plural() + "." + kind.group())
                || kind.shortNames().stream().anyMatch(word::equalsIgnoreCase);
    }

    private static <S> Kind<S> networking(
            String name, String plural, String shortName, Class<S> spec) {
        return new Kind<>(
                NETWORKING,
                NETWORKING_VERSIONS,
                name,
                plural,
                List.of(shortName),
                spec,
                Layout.SPEC,
                true);
    }

    private static <S> Kind<S> kind(
            String group,
            List<String> versions,
            String name,
            String plural,
            Class<S> spec,
            String... shortNames) {
        return new Kind<>(
                group, versions, name, plural, List.of(shortNames), spec, Layout.SPEC, true);
    }

    private static <S> Kind<S> core(
            String group,
            List<String> versions,
            String name,
            String plural,
            String shortName,
            Class<S> spec,
            Layout layout) {
        return new Kind<>(group, versions, name, plural, List.of(shortName), spec, layout, true);
    }
}

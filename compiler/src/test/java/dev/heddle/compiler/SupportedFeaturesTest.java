package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.attach.Statuses;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A GatewayClass and an XMesh tell every feature of version 1.6 of the API that is in force, in
/// the order of the alphabet. A name that they do not tell has its reason here.
class SupportedFeaturesTest {
    private static final List<String> KINDS =
            List.of(
                    "BackendTLSPolicy",
                    "GRPCRoute",
                    "Gateway",
                    "HTTPRoute",
                    "ListenerSet",
                    "Mesh",
                    "ReferenceGrant",
                    "TCPRoute",
                    "TLSRoute",
                    "UDPRoute");

    private static final List<String> OF_GATEWAYS =
            names(
                    "Gateway",
                    "AddressEmpty BackendClientCertificate FrontendClientCertificateValidation"
                            + " FrontendClientCertificateValidationInsecureFallback"
                            + " HTTPListenerIsolation HTTPSListenerDetectMisdirectedRequests"
                            + " InfrastructurePropagation Port8080 StaticAddresses");

    private static final List<String> OF_HTTP_ROUTES =
            names(
                    "HTTPRoute",
                    "303RedirectStatusCode 307RedirectStatusCode 308RedirectStatusCode"
                            + " BackendProtocolH2C BackendProtocolWebSocket"
                            + " BackendRequestHeaderModification BackendRequestRedirect"
                            + " BackendTimeout BackendURLRewrite CORS DestinationPortMatching"
                            + " HostRewrite MethodMatching NamedRouteRule ParentRefPort"
                            + " PathRedirect PathRewrite PortRedirect QueryParamMatching"
                            + " RequestMirror RequestMultipleMirrors RequestPercentageMirror"
                            + " RequestTimeout ResponseHeaderModification Retry"
                            + " RetryBackendTimeout RetryConnectionError SchemeRedirect");

    private static final List<String> OF_OTHERS =
            List.of(
                    "BackendTLSPolicySANValidation",
                    "GRPCRouteNamedRouteRule",
                    "GRPCRouteRequestHeaderModifier",
                    "TLSRouteModeMixed",
                    "TLSRouteModeTerminate");

    private static final List<String> OF_MESHES =
            names(
                    "Mesh",
                    "ClusterIPMatching ConsumerRoute HTTPRouteBackendRequestHeaderModification"
                            + " HTTPRouteNamedRouteRule HTTPRouteQueryParamMatching"
                            + " HTTPRouteRedirectPath HTTPRouteRedirectPort HTTPRouteRewritePath"
                            + " HTTPRouteSchemeRedirect");

    private static final Set<String> NOT_OF_CLASSES =
            Set.of(
                    // A mesh's.
                    "Mesh",
                    // Only a cluster does it that makes proxies of Gateways.
                    "GatewayInfrastructurePropagation");

    private static final Set<String> NOT_OF_MESHES =
            Set.of(
                    // A Gateway's.
                    "Gateway",
                    "ListenerSet",
                    // Applications call over UDP as if there were no mesh.
                    "UDPRoute");

    private static List<String> names(String begin, String ends) {
        return Stream.of(ends.split(" ", -1)).map(end -> begin + end).toList();
    }

    @Test
    void aClassTellsWhatGatewaysCanDo() {
        List<String> told =
                told(
                        new ResourceId(Kinds.GATEWAY_CLASS, "", "heddle"),
                        """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: GatewayClass
                        metadata: {name: heddle}
                        spec: {controllerName: heddle.dev/gateway-controller}
                        """);

        assertThat(told)
                .isSorted()
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(KINDS, OF_GATEWAYS, OF_HTTP_ROUTES, OF_OTHERS)
                                .flatMap(List::stream)
                                .filter(name -> !NOT_OF_CLASSES.contains(name))
                                .toList());
    }

    @Test
    void aMeshTellsWhatItsClientsCanDo() {
        List<String> told =
                told(
                        new ResourceId(Kinds.X_MESH, "", "mesh"),
                        """
                        apiVersion: gateway.networking.x-k8s.io/v1alpha1
                        kind: XMesh
                        metadata: {name: mesh}
                        spec: {controllerName: heddle.dev/mesh-controller}
                        """);

        assertThat(told)
                .isSorted()
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(KINDS, OF_MESHES)
                                .flatMap(List::stream)
                                .filter(name -> !NOT_OF_MESHES.contains(name))
                                .toList());
    }

    private static List<String> told(ResourceId id, String text) {
        Node.Mapping status =
                Meshes.world(text)
                        .index()
                        .gatewayApi()
                        .statuses()
                        .of(id, (_, _, c) -> Statuses.written(c, 1))
                        .orElseThrow();
        return ((Node.Sequence) status.get("supportedFeatures").orElseThrow())
                .items().stream()
                        .map(f -> ((Node.Mapping) f).get("name").orElseThrow())
                        .map(n -> ((Node.Text) n).value())
                        .toList();
    }
}

package dev.heddle.compiler.attach;

import java.util.List;

/// What is supported of the Gateway API, by the names that its conformance tests have for it. In
/// the order of the alphabet, as a status wants it. A name is here if all of it is in force in both
/// data planes; whoever puts a feature in force adds its name.
final class Features {
    /// Of Gateways.
    static final List<String> OF_GATEWAYS =
            List.of(
                    "BackendTLSPolicy",
                    "BackendTLSPolicySANValidation",
                    "GRPCRoute",
                    "GRPCRouteNamedRouteRule",
                    "GRPCRouteRequestHeaderModifier",
                    "Gateway",
                    "GatewayAddressEmpty",
                    "GatewayBackendClientCertificate",
                    "GatewayFrontendClientCertificateValidation",
                    "GatewayFrontendClientCertificateValidationInsecureFallback",
                    "GatewayHTTPListenerIsolation",
                    "GatewayHTTPSListenerDetectMisdirectedRequests",
                    "GatewayPort8080",
                    "GatewayStaticAddresses",
                    "HTTPRoute",
                    "HTTPRoute303RedirectStatusCode",
                    "HTTPRoute307RedirectStatusCode",
                    "HTTPRoute308RedirectStatusCode",
                    "HTTPRouteBackendProtocolH2C",
                    "HTTPRouteBackendProtocolWebSocket",
                    "HTTPRouteBackendRequestHeaderModification",
                    "HTTPRouteBackendRequestRedirect",
                    "HTTPRouteBackendTimeout",
                    "HTTPRouteBackendURLRewrite",
                    "HTTPRouteCORS",
                    "HTTPRouteDestinationPortMatching",
                    "HTTPRouteHostRewrite",
                    "HTTPRouteMethodMatching",
                    "HTTPRouteNamedRouteRule",
                    "HTTPRouteParentRefPort",
                    "HTTPRoutePathRedirect",
                    "HTTPRoutePathRewrite",
                    "HTTPRoutePortRedirect",
                    "HTTPRouteQueryParamMatching",
                    "HTTPRouteRequestMirror",
                    "HTTPRouteRequestMultipleMirrors",
                    "HTTPRouteRequestPercentageMirror",
                    "HTTPRouteRequestTimeout",
                    "HTTPRouteResponseHeaderModification",
                    "HTTPRouteRetry",
                    "HTTPRouteRetryBackendTimeout",
                    "HTTPRouteRetryConnectionError",
                    "HTTPRouteSchemeRedirect",
                    "ListenerSet",
                    "ReferenceGrant",
                    "TCPRoute",
                    "TLSRoute",
                    "TLSRouteModeMixed",
                    "TLSRouteModeTerminate",
                    "UDPRoute");

    /// Of the mesh.
    static final List<String> OF_MESHES =
            List.of(
                    "BackendTLSPolicy",
                    "GRPCRoute",
                    "HTTPRoute",
                    "Mesh",
                    "MeshClusterIPMatching",
                    "MeshConsumerRoute",
                    "MeshHTTPRouteBackendRequestHeaderModification",
                    "MeshHTTPRouteNamedRouteRule",
                    "MeshHTTPRouteQueryParamMatching",
                    "MeshHTTPRouteRedirectPath",
                    "MeshHTTPRouteRedirectPort",
                    "MeshHTTPRouteRewritePath",
                    "MeshHTTPRouteSchemeRedirect",
                    "ReferenceGrant",
                    "TCPRoute",
                    "TLSRoute");

    private Features() {}
}

package dev.heddle.model.mesh;

import dev.heddle.model.mesh.MeshProxyConfig.ForwardClientCertDetails;
import dev.heddle.model.schema.Skips;
import java.util.Optional;

/// Headers that proxies add or take away.
///
/// `metadataExchangeHeaders` is skipped: no proxy tells others of itself by headers, which is what
/// its `IN_MESH` asks for.
///
/// @param forwardedClientCert what sidecars do with `x-forwarded-client-cert` of requests that come
///   in
/// @param setCurrentClientCertDetails what of a client's certificate stands in it
/// @param requestId `x-request-id`
/// @param server `server` of responses to peers and clients; a server's own is kept when absent
/// @param attemptCount `x-envoy-attempt-count` of requests
/// @param envoyDebugHeaders the other `x-envoy-` headers
/// @param preserveHttp1HeaderCase whether names of headers are written as they came
/// @param xForwardedHost the host that was asked for, where another is asked for instead
/// @param xForwardedPort the port that the client connected to
@Skips("metadataExchangeHeaders")
public record ProxyHeaders(
        ForwardClientCertDetails forwardedClientCert,
        Optional<ClientCertDetails> setCurrentClientCertDetails,
        Optional<Switch> requestId,
        Optional<Server> server,
        Optional<Switch> attemptCount,
        Optional<Switch> envoyDebugHeaders,
        Optional<Boolean> preserveHttp1HeaderCase,
        Optional<Enabled> xForwardedHost,
        Optional<Enabled> xForwardedPort) {

    /// What of a client's certificate is told; subject and names are, unless they are switched off.
    public record ClientCertDetails(
            Optional<Boolean> subject,
            Optional<Boolean> cert,
            Optional<Boolean> chain,
            Optional<Boolean> dns,
            Optional<Boolean> uri) {}

    /// Something that is done unless it is switched off.
    public record Switch(Optional<Boolean> disabled) {
        /// Whether it is done.
        public boolean isOn() {
            return !disabled.orElse(false);
        }
    }

    /// Something that is done where it is switched on.
    public record Enabled(Optional<Boolean> enabled) {}

    /// @param value name of the server; `istio-envoy` when empty
    public record Server(Optional<Boolean> disabled, String value) {}

    /// These over others. As in Istio a word replaces all of the other, but for five that do so one
    /// by one.
    public ProxyHeaders over(ProxyHeaders others) {
        return new ProxyHeaders(
                forwardedClientCert == ForwardClientCertDetails.UNDEFINED
                        ? others.forwardedClientCert
                        : forwardedClientCert,
                setCurrentClientCertDetails,
                requestId.or(() -> others.requestId),
                server.or(() -> others.server),
                attemptCount.or(() -> others.attemptCount),
                envoyDebugHeaders.or(() -> others.envoyDebugHeaders),
                preserveHttp1HeaderCase,
                xForwardedHost,
                xForwardedPort);
    }
}

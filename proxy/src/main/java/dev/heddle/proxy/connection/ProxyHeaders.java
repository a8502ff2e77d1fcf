package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig.Identity;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.tls.TlsSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a proxy tells the upstream about the client and the client about itself: `x-forwarded-*`,
/// `x-request-id`, `via`, `server`, `date`; Envoy's rules
/// (`docs/root/configuration/http/http_conn_man/headers.rst`).
final class ProxyHeaders {
    /// What only this proxy may say to an upstream, and no client from outside.
    private static final List<HeaderName> INTERNAL =
            List.of(
                    HeaderName.X_ENVOY_INTERNAL,
                    HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS,
                    HeaderName.of("x-envoy-decorator-operation"),
                    HeaderName.of("x-envoy-downstream-service-cluster"),
                    HeaderName.of("x-envoy-downstream-service-node"),
                    HeaderName.of("x-envoy-force-trace"),
                    HeaderName.of("x-envoy-hedge-on-per-try-timeout"),
                    HeaderName.of("x-envoy-ip-tags"),
                    HeaderName.of("x-envoy-max-retries"),
                    HeaderName.of("x-envoy-original-url"),
                    HeaderName.of("x-envoy-retriable-header-names"),
                    HeaderName.of("x-envoy-retriable-status-codes"),
                    HeaderName.of("x-envoy-retry-grpc-on"),
                    HeaderName.of("x-envoy-retry-on"),
                    HeaderName.of("x-envoy-upstream-alt-stat-name"),
                    HeaderName.of("x-envoy-upstream-rq-per-try-timeout-ms"),
                    HeaderName.of("x-envoy-upstream-rq-timeout-alt-response"),
                    HeaderName.of("x-envoy-upstream-stream-duration-ms"));

    private final Identity identity;
    private final RandomGenerator random;
    private final DateText date;
    private final RequestId id = new RequestId();
    private final String scheme;
    private final ClientCertificateText clientCertificate;

    /// @param session of the connection; null when it has no TLS
    ProxyHeaders(
            Identity identity,
            RandomGenerator random,
            DateText date,
            @Nullable TlsSession session) {
        this.scheme = session == null ? "http" : "https";
        this.clientCertificate = new ClientCertificateText(identity.clientCertificate(), session);
        this.identity = identity;
        this.random = random;
        this.date = date;
    }

    /// Edits a request that came over a connection.
    ///
    /// @param remote the other end of the connection
    void onRequest(RequestHead request, InetSocketAddress remote, StreamInfo info) {
        Headers headers = request.headers();
        clientCertificate.apply(headers);
        boolean isEdge = identity.useRemoteAddress();
        InetSocketAddress trusted = trusted(headers, isEdge);
        if (isEdge) {
            if (!identity.skipXffAppend()) {
                appendForwardedFor(headers, remote.getAddress().getHostAddress());
            }
            if (identity.xffTrustedHops() == 0) {
                headers.set(HeaderName.X_FORWARDED_PROTO, scheme);
            }
            for (HeaderName name : INTERNAL) {
                headers.remove(name);
            }
        }
        InetSocketAddress client = trusted == null ? remote : trusted;
        info.setDownstreamRemote(client);
        if (isEdge) {
            headers.set(HeaderName.X_ENVOY_EXTERNAL_ADDRESS, client.getAddress().getHostAddress());
        }
        setScheme(request, headers);
        setRequestId(headers, isEdge);
        if (!identity.via().isEmpty()) {
            appendVia(headers);
        }
    }

    /// Edits a response that goes to the client.
    void onResponse(RequestHead request, ResponseHead response) {
        Headers headers = response.headers();
        switch (identity.server()) {
            case OVERWRITE -> headers.set(HeaderName.SERVER, identity.serverName());
            case APPEND_IF_ABSENT -> {
                if (!headers.contains(HeaderName.SERVER)) {
                    headers.add(HeaderName.SERVER, identity.serverName());
                }
            }
            case PASS_THROUGH -> {}
        }
        if (!headers.contains(HeaderName.DATE)) {
            headers.add(HeaderName.DATE, date.now());
        }
        if (identity.requestIdInResponse()) {
            String known = request.headers().get(HeaderName.X_REQUEST_ID);
            if (known != null) {
                headers.set(HeaderName.X_REQUEST_ID, known);
            }
        }
        if (!identity.via().isEmpty()) {
            appendVia(headers);
        }
    }

    /// The client's address as the last proxy that is believed saw it.
    private @Nullable InetSocketAddress trusted(Headers headers, boolean isEdge) {
        int hops = identity.xffTrustedHops();
        if ((isEdge && hops == 0) || !headers.contains(HeaderName.X_FORWARDED_FOR)) {
            return null;
        }
        List<String> addresses =
                headers.getAll(HeaderName.X_FORWARDED_FOR).stream()
                        .flatMap(value -> List.of(value.split(",")).stream())
                        .map(String::strip)
                        .toList();
        int at = addresses.size() - (isEdge ? hops : hops + 1);
        return at < 0 ? null : address(addresses.get(at));
    }

    /// A literal address; anything else is no address, and never looked up.
    private static @Nullable InetSocketAddress address(String text) {
        boolean isLiteral =
                !text.isEmpty()
                        && text.chars()
                                .allMatch(c -> Character.digit(c, 16) >= 0 || c == '.' || c == ':');
        if (!isLiteral
                || (text.indexOf(':') < 0 && text.chars().filter(c -> c == '.').count() != 3)) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(text), 0);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void appendForwardedFor(Headers headers, String address) {
        List<String> values = headers.getAll(HeaderName.X_FORWARDED_FOR);
        headers.set(
                HeaderName.X_FORWARDED_FOR,
                values.isEmpty() ? address : String.join(",", values) + "," + address);
    }

    /// `x-forwarded-proto` is what the client used; without one it is what this connection uses.
    private void setScheme(RequestHead request, Headers headers) {
        String proto = headers.get(HeaderName.X_FORWARDED_PROTO);
        if (proto == null) {
            headers.add(HeaderName.X_FORWARDED_PROTO, scheme);
        }
        request.setScheme(
                "https".equalsIgnoreCase(proto == null ? scheme : proto) ? "https" : "http");
    }

    private void setRequestId(Headers headers, boolean isEdge) {
        if (!identity.generateRequestId()) {
            return;
        }
        boolean isReplaced = isEdge && !identity.preserveExternalRequestId();
        if (isReplaced || !headers.contains(HeaderName.X_REQUEST_ID)) {
            headers.set(HeaderName.X_REQUEST_ID, id.next(random));
        }
    }

    private void appendVia(Headers headers) {
        List<String> values = headers.getAll(HeaderName.VIA);
        headers.set(
                HeaderName.VIA,
                values.isEmpty()
                        ? identity.via()
                        : String.join(", ", values) + ", " + identity.via());
    }
}

package dev.heddle.proxy.connection;

import static java.util.Objects.requireNonNull;

import dev.heddle.proxy.config.AddressRange;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Identity;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.telemetry.SocketAddressText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a proxy tells the upstream about the client and the client about itself: `x-forwarded-*`,
/// `x-request-id`, `via`, `server`, `date`; Envoy's rules
/// (`docs/root/configuration/http/http_conn_man/headers.rst`).
final class ProxyHeaders {
    /// What asks this proxy for something, and only those inside may ask.
    private static final List<HeaderName> CONTROL =
            names(
                    "x-envoy-internal",
                    "x-envoy-expected-rq-timeout-ms",
                    "x-envoy-upstream-rq-timeout-ms",
                    "x-envoy-force-trace",
                    "x-envoy-hedge-on-per-try-timeout",
                    "x-envoy-ip-tags",
                    "x-envoy-max-retries",
                    "x-envoy-original-url",
                    "x-envoy-retriable-header-names",
                    "x-envoy-retriable-status-codes",
                    "x-envoy-retry-grpc-on",
                    "x-envoy-retry-on",
                    "x-envoy-upstream-alt-stat-name",
                    "x-envoy-upstream-rq-per-try-timeout-ms",
                    "x-envoy-upstream-rq-timeout-alt-response",
                    "x-envoy-upstream-stream-duration-ms");

    /// What proxies tell each other, and nobody outside may say to the first of them.
    private static final List<HeaderName> BETWEEN_PROXIES =
            names(
                    "x-envoy-decorator-operation",
                    "x-envoy-downstream-service-cluster",
                    "x-envoy-downstream-service-node",
                    "x-envoy-original-host",
                    "x-envoy-original-path");

    private static final HeaderName X_FORWARDED_PORT = HeaderName.of("x-forwarded-port");

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

    private static List<HeaderName> names(String... texts) {
        return Stream.of(texts).map(HeaderName::of).toList();
    }

    /// Edits a request that came over a connection.
    ///
    /// @param remote the other end of the connection
    /// @param localPort the port of this end
    void onRequest(RequestHead request, InetSocketAddress remote, int localPort, StreamInfo info) {
        Headers headers = request.headers();
        clientCertificate.apply(headers);
        boolean usesRemote = identity.useRemoteAddress();
        List<String> forwardedFor = forwardedFor(headers);
        InetSocketAddress trusted = trusted(forwardedFor, usesRemote);
        InetSocketAddress client = trusted == null ? remote : trusted;
        boolean isInternal =
                isInside(client.getAddress())
                        && (usesRemote
                                ? forwardedFor.isEmpty()
                                : trusted != null
                                        && forwardedFor.size() == 1
                                        && identity.xffTrustedHops() == 0);
        boolean isEdge = usesRemote && !isInternal;
        info.setDownstreamRemote(client);
        if (usesRemote) {
            sayWhereFrom(headers, remote.getAddress(), localPort);
        }
        if (isInternal) {
            headers.set(HeaderName.X_ENVOY_INTERNAL, "true");
        } else {
            removeAll(headers, CONTROL);
        }
        if (isEdge) {
            removeAll(headers, BETWEEN_PROXIES);
            headers.set(HeaderName.X_ENVOY_EXTERNAL_ADDRESS, text(client.getAddress()));
        }
        setScheme(request, headers);
        setRequestId(headers, isEdge);
        if (!identity.via().isEmpty()) {
            appendVia(headers);
        }
    }

    private boolean isInside(InetAddress address) {
        List<AddressRange> ranges = identity.trust().internal();
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static void removeAll(Headers headers, List<HeaderName> names) {
        for (int i = 0; i < names.size(); i++) {
            headers.remove(names.get(i));
        }
    }

    private void sayWhereFrom(Headers headers, InetAddress remote, int localPort) {
        if (!identity.skipXffAppend()) {
            appendForwardedFor(headers, text(remote));
        }
        boolean isFirst = identity.xffTrustedHops() == 0;
        if (isFirst) {
            headers.set(HeaderName.X_FORWARDED_PROTO, scheme);
        }
        if (identity.trust().appendsPort() && (isFirst || !headers.contains(X_FORWARDED_PORT))) {
            headers.set(X_FORWARDED_PORT, Integer.toString(localPort));
        }
    }

    private static String text(InetAddress address) {
        return requireNonNull(SocketAddressText.host(new InetSocketAddress(address, 0)));
    }

    /// Edits a response that goes to the client.
    void onResponse(RequestHead request, ResponseHead response) {
        Headers headers = response.headers();
        if (!headers.contains(HeaderName.DATE)) {
            headers.add(HeaderName.DATE, date.now());
        }
        switch (identity.server()) {
            case OVERWRITE -> headers.set(HeaderName.SERVER, identity.serverName());
            case APPEND_IF_ABSENT -> {
                if (!headers.contains(HeaderName.SERVER)) {
                    headers.add(HeaderName.SERVER, identity.serverName());
                }
            }
            case PASS_THROUGH -> {}
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
    private @Nullable InetSocketAddress trusted(List<String> addresses, boolean isEdge) {
        int hops = identity.xffTrustedHops();
        if ((isEdge && hops == 0) || addresses.isEmpty()) {
            return null;
        }
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

    /// What the client says about whom it speaks for, one by one; made one header if it was more.
    private static List<String> forwardedFor(Headers headers) {
        if (!headers.contains(HeaderName.X_FORWARDED_FOR)) {
            return List.of();
        }
        List<String> values = headers.getAll(HeaderName.X_FORWARDED_FOR);
        String all = values.size() == 1 ? values.getFirst() : String.join(",", values);
        if (values.size() > 1) {
            headers.set(HeaderName.X_FORWARDED_FOR, all);
        }
        return Stream.of(all.split(",")).map(String::strip).toList();
    }

    private static void appendForwardedFor(Headers headers, String address) {
        String before = headers.get(HeaderName.X_FORWARDED_FOR);
        headers.set(
                HeaderName.X_FORWARDED_FOR,
                before == null || before.isEmpty() ? address : before + "," + address);
    }

    /// `x-forwarded-proto` is what the client used; without one it is what this connection uses.
    /// The scheme is what the request itself says (HTTP/2, or a whole URL), and otherwise that.
    private void setScheme(RequestHead request, Headers headers) {
        Optional<String> configured = identity.trust().scheme();
        if (configured.isPresent()) {
            headers.set(HeaderName.X_FORWARDED_PROTO, configured.get());
            request.setScheme(configured.get());
        }
        String proto = headers.get(HeaderName.X_FORWARDED_PROTO);
        if (proto == null) {
            headers.add(HeaderName.X_FORWARDED_PROTO, scheme);
            proto = scheme;
        }
        if (request.scheme().isEmpty()) {
            request.setScheme(
                    "https".equalsIgnoreCase(proto)
                            ? "https"
                            : "http".equalsIgnoreCase(proto) ? "http" : scheme);
        }
    }

    private void setRequestId(Headers headers, boolean isEdge) {
        if (!identity.generateRequestId()) {
            return;
        }
        boolean isReplaced = isEdge && !identity.preserveExternalRequestId();
        boolean isMissing =
                !headers.contains(HeaderName.X_REQUEST_ID)
                        || headers.is(HeaderName.X_REQUEST_ID, "");
        if (isReplaced || isMissing) {
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

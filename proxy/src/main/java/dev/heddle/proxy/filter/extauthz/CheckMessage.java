package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.BodyLimit;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.Told;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.struct.Structs;
import dev.heddle.proxy.tls.ShownCertificate;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Writes the question (`envoy.service.auth.v3.CheckRequest`), with what Envoy says in it.
final class CheckMessage {
    /// Says whether the body that the service is told is only a part.
    static final String PARTIAL = "x-envoy-auth-partial-body";

    private static final HeaderName CALLER = HeaderName.of("x-envoy-downstream-service-cluster");

    private CheckMessage() {}

    /// What came of a body, as far as the service is told.
    ///
    /// @param isPart whether there is more
    record Body(Bytes bytes, boolean isPart, BodyLimit limit) {}

    /// About a request.
    ///
    /// @param id by which nobody knows it but this question
    static Bytes ofRequest(
            StreamInfo info,
            RequestHead request,
            Optional<Body> body,
            Told told,
            Map<String, String> extensions,
            long id) {
        String caller = request.headers().get(CALLER);
        var attributes = new WireWriter();
        attributes.message(1, source(info, told, caller == null ? "" : caller));
        attributes.message(2, destination(info, ""));
        attributes.message(
                4,
                new WireWriter()
                        .message(
                                1,
                                new WireWriter()
                                        .number(1, info.startSecond())
                                        .number(2, info.startNano()))
                        .message(2, http(info, request, body, told, id)));
        extensions.forEach((key, value) ->
                attributes.message(10, new WireWriter().text(1, key).text(2, value)));
        attributes.message(11, metadata(info, told));
        if (told.tlsSession()) {
            attributes.message(12, tlsSession(info));
        }
        attributes.message(13, new WireWriter());
        return new WireWriter().message(1, attributes).toBytes();
    }

    /// About a connection.
    static Bytes ofConnection(StreamInfo info, Told told) {
        String asked = info.requestedServerName();
        var attributes = new WireWriter();
        attributes.message(1, source(info, told, ""));
        attributes.message(2, destination(info, asked == null ? "" : asked));
        attributes.message(11, new WireWriter());
        if (told.tlsSession()) {
            attributes.message(12, tlsSession(info));
        }
        return new WireWriter().message(1, attributes).toBytes();
    }

    private static WireWriter source(StreamInfo info, Told told, String service) {
        WireWriter peer = peer(info.downstreamDirectRemote(), service);
        TlsSession session = info.tls();
        if (session != null && session.peer().isPresent()) {
            ShownCertificate shown = session.peer().get();
            if (session.isPeerBelieved()) {
                principal(peer, shown);
            }
            if (told.certificate()) {
                peer.text(5, shown.encodedPem());
            }
        }
        return peer;
    }

    private static WireWriter destination(StreamInfo info, String service) {
        WireWriter peer = peer(info.downstreamLocal(), service);
        TlsSession session = info.tls();
        if (session != null) {
            session.local().ifPresent(shown -> principal(peer, shown));
        }
        return peer;
    }

    private static WireWriter peer(@Nullable SocketAddress address, String service) {
        var peer = new WireWriter();
        switch (address) {
            case InetSocketAddress inet when inet.getAddress() != null ->
                    peer.message(
                            1,
                            new WireWriter()
                                    .message(
                                            1,
                                            new WireWriter()
                                                    .text(2, inet.getAddress().getHostAddress())
                                                    .number(3, inet.getPort())));
            case UnixDomainSocketAddress unix ->
                    peer.message(
                            1,
                            new WireWriter()
                                    .message(
                                            2,
                                            new WireWriter().text(1, unix.getPath().toString())));
            case null, default -> peer.message(1, new WireWriter());
        }
        if (!service.isEmpty()) {
            peer.bytes(2, Utf8.of(service));
        }
        return peer;
    }

    /// The first of its names: a URI, a name of a host, its subject.
    private static void principal(WireWriter peer, ShownCertificate shown) {
        String name =
                !shown.names().uris().isEmpty()
                        ? shown.names().uris().getFirst()
                        : !shown.names().dns().isEmpty()
                                ? shown.names().dns().getFirst()
                                : shown.subject();
        peer.text(4, name);
    }

    private static WireWriter http(
            StreamInfo info, RequestHead request, Optional<Body> body, Told told, long id) {
        var http = new WireWriter();
        http.text(1, Long.toUnsignedString(id));
        http.bytes(2, Utf8.of(request.method()));
        http.bytes(4, Utf8.of(request.path()));
        http.bytes(5, Utf8.of(request.authority()));
        http.bytes(6, Utf8.of(request.scheme()));
        http.number(9, info.bytesReceived());
        http.text(10, request.protocol().text());
        headers(http, request, body, told);
        body.ifPresent(it -> {
            if (it.limit().asBytes()) {
                http.bytes(12, it.bytes());
            } else {
                http.bytes(11, Utf8.of(it.bytes().toByteArray()));
            }
        });
        return http;
    }

    private static void headers(
            WireWriter http, RequestHead request, Optional<Body> body, Told told) {
        if (told.areRaw()) {
            var all = new WireWriter();
            each(request, told, (name, value) -> raw(all, name, value));
            body.ifPresent(it -> raw(all, PARTIAL, Boolean.toString(it.isPart())));
            http.message(13, all);
            return;
        }
        merged(request, told)
                .forEach((name, value) ->
                        http.message(3, new WireWriter().text(1, name).bytes(2, Utf8.of(value))));
        body.ifPresent(it ->
                http.message(
                        3,
                        new WireWriter().text(1, PARTIAL).text(2, Boolean.toString(it.isPart()))));
    }

    private static void raw(WireWriter all, String name, String value) {
        all.message(
                1,
                new WireWriter()
                        .text(1, name)
                        .bytes(3, Bytes.of(value.getBytes(StandardCharsets.ISO_8859_1))));
    }

    /// The headers that a service is told, the values of each name together.
    static Map<String, String> merged(RequestHead request, Told told) {
        Map<String, String> merged = new LinkedHashMap<>();
        each(
                request,
                told,
                (name, value) -> merged.merge(name, value, (all, next) -> all + "," + next));
        return merged;
    }

    private static void each(RequestHead request, Told told, BiConsumer<String, String> seen) {
        BiConsumer<String, String> some =
                (name, value) -> {
                    // How a body is framed ends with its connection.
                    if (!name.equals(PARTIAL)
                            && !name.equals("transfer-encoding")
                            && told.headers().test(name)) {
                        seen.accept(name, value);
                    }
                };
        some.accept(":authority", request.authority());
        if (!request.path().isEmpty()) {
            some.accept(":path", request.path());
        }
        some.accept(":method", request.method());
        if (!request.scheme().isEmpty()) {
            some.accept(":scheme", request.scheme());
        }
        request.headers().forEach(some);
    }

    private static WireWriter metadata(StreamInfo info, Told told) {
        var metadata = new WireWriter();
        Map<String, Object> all = info.metadata();
        for (String namespace : told.namespaces()) {
            if (all != null && all.get(namespace) instanceof Map<?, ?> found) {
                metadata.message(
                        1, new WireWriter().text(1, namespace).message(2, Structs.write(found)));
            }
        }
        return metadata;
    }

    private static WireWriter tlsSession(StreamInfo info) {
        var session = new WireWriter();
        String asked = info.requestedServerName();
        if (asked != null && !asked.isEmpty()) {
            session.text(1, asked);
        }
        return session;
    }
}

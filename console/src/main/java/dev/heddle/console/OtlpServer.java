package dev.heddle.console;

import dev.heddle.console.api.Guard;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ca.CaServer;
import dev.heddle.signals.ingest.OtlpHttp;
import dev.heddle.xds.server.Caller;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderNames;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Takes OTLP over HTTP: in plain text of senders who prove nothing, as the port of xDS in plain
/// text does, or over TLS of senders with a certificate of the mesh, as the authority's port does.
/// Browsers get no further than anybody's page may: what pages send without being asked first has
/// another content type, and a server of this machine alone answers to its names alone.
public final class OtlpServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 200;

    private final WebServer server;
    private final InetSocketAddress address;
    private final Optional<ServerTls> tls;

    private OtlpServer(WebServer server, InetSocketAddress address, Optional<ServerTls> tls) {
        this.server = server;
        this.address = address;
        this.tls = tls;
    }

    /// Says who sends a request; empty for somebody who may not.
    private interface Senders {
        Optional<Caller> of(PeerInfo peer);
    }

    /// Opens the port and serves everybody, in plain text.
    ///
    /// @param address port 0 takes any free one
    /// @throws IOException when the address cannot be bound; the message says which
    public static OtlpServer start(InetSocketAddress address, OtlpHttp otlp) throws IOException {
        return start(
                address,
                "--otlp-http",
                otlp,
                Optional.empty(),
                peer -> Optional.of(Caller.unproven(peer.host())));
    }

    /// Opens the port and serves who has a certificate of the mesh, as who it says he is.
    ///
    /// @param address port 0 takes any free one
    /// @param tls asks for such certificates; closed with this
    /// @throws IOException when the address cannot be bound; the message says which
    public static OtlpServer startMutual(
            InetSocketAddress address, OtlpHttp otlp, ServerTls tls, CaServer authority)
            throws IOException {
        return start(
                address,
                "--otlp-https",
                otlp,
                Optional.of(tls),
                peer -> authority.caller(shown(peer), peer.host()));
    }

    private static List<X509Certificate> shown(PeerInfo peer) {
        return peer.tlsCertificates().stream()
                .flatMap(Stream::of)
                .map(X509Certificate.class::cast)
                .toList();
    }

    private static OtlpServer start(
            InetSocketAddress address,
            String option,
            OtlpHttp otlp,
            Optional<ServerTls> tls,
            Senders senders)
            throws IOException {
        boolean isLocal = address.getAddress().isLoopbackAddress();
        // Sockets, not channels, where the first byte is looked at before TLS does.
        WebServer server =
                WebServers.builder(address, MOST_CONNECTIONS)
                        .update(it -> tls.map(ServerTls::forServer).ifPresent(it::tls))
                        .useNio(tls.isEmpty())
                        .contentEncoding(it ->
                                it.contentEncodingsDiscoverServices(false)
                                        .addContentEncoding(new AsItCame()))
                        .routing((HttpRouting.Builder routing) ->
                                routing.any((request, response) ->
                                        handle(otlp, isLocal, senders, request, response)))
                        .build();
        return new OtlpServer(
                server, WebServers.started(server, address, "OTLP over HTTP", option), tls);
    }

    /// Bodies that are packed are unpacked where their size is looked at; without this the web
    /// server refuses them.
    private record AsItCame() implements ContentEncoding {
        @Override
        public Set<String> ids() {
            return Set.of("gzip");
        }

        @Override
        public boolean supportsEncoding() {
            return false;
        }

        @Override
        public boolean supportsDecoding() {
            return true;
        }

        @Override
        public ContentDecoder decoder() {
            return ContentDecoder.NO_OP;
        }

        @Override
        public ContentEncoder encoder() {
            return ContentEncoder.NO_OP;
        }

        @Override
        public String name() {
            return "gzip";
        }

        @Override
        public String type() {
            return "gzip";
        }
    }

    private static void handle(
            OtlpHttp otlp,
            boolean isLocal,
            Senders senders,
            ServerRequest request,
            ServerResponse response)
            throws IOException {
        response.header("X-Content-Type-Options", "nosniff");
        if (isLocal && !Guard.isOfAnyMachine(request.authority())) {
            response.status(403).send("Host: call it as localhost or 127.0.0.1\n");
            return;
        }
        Optional<Caller> sender = senders.of(request.remotePeer());
        if (sender.isEmpty()) {
            response.header("Connection", "close");
            response.status(401).send("no certificate of the mesh that is good now\n");
            return;
        }
        try (InputStream body =
                request.content().hasEntity()
                        ? request.content().inputStream()
                        : InputStream.nullInputStream()) {
            OtlpHttp.Answer answer =
                    otlp.answer(
                            new OtlpHttp.Request(
                                    request.prologue().method().text(),
                                    request.prologue().uriPath().rawPath(),
                                    request.headers().first(HeaderNames.CONTENT_TYPE).orElse(""),
                                    request.headers()
                                            .first(HeaderNames.CONTENT_ENCODING)
                                            .orElse(""),
                                    body),
                            sender.get());
            response.status(answer.status());
            response.header("Content-Type", answer.contentType());
            answer.headers().forEach(response::header);
            if (answer.status() == 413) {
                response.header("Connection", "close");
            }
            response.send(answer.body().toByteArray());
        }
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        server.stop();
        tls.ifPresent(ServerTls::close);
    }
}

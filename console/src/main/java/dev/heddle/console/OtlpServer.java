package dev.heddle.console;

import dev.heddle.console.api.Guard;
import dev.heddle.signals.ingest.OtlpHttp;
import dev.heddle.xds.server.Caller;
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
import java.util.Set;

/// Takes OTLP over HTTP in plain text, of senders who prove nothing, as the port of xDS in plain
/// text does. Browsers get no further than anybody's page may: what pages send without being asked
/// first has another content type, and a server of this machine alone answers to its names alone.
public final class OtlpServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 200;

    private final WebServer server;
    private final InetSocketAddress address;

    private OtlpServer(WebServer server, InetSocketAddress address) {
        this.server = server;
        this.address = address;
    }

    /// Opens the port and serves.
    ///
    /// @param address port 0 takes any free one
    /// @throws IOException when the address cannot be bound; the message says which
    public static OtlpServer start(InetSocketAddress address, OtlpHttp otlp) throws IOException {
        boolean isLocal = address.getAddress().isLoopbackAddress();
        WebServer server =
                WebServers.builder(address, MOST_CONNECTIONS)
                        .contentEncoding(it ->
                                it.contentEncodingsDiscoverServices(false)
                                        .addContentEncoding(new AsItCame()))
                        .routing((HttpRouting.Builder routing) ->
                                routing.any((request, response) ->
                                        handle(otlp, isLocal, request, response)))
                        .build();
        return new OtlpServer(
                server, WebServers.started(server, address, "OTLP over HTTP", "--otlp-http"));
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
            OtlpHttp otlp, boolean isLocal, ServerRequest request, ServerResponse response)
            throws IOException {
        response.header("X-Content-Type-Options", "nosniff");
        if (isLocal && !Guard.isOfAnyMachine(request.authority())) {
            response.status(403).send("Host: call it as localhost or 127.0.0.1\n");
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
                            Caller.unproven(request.remotePeer().host()));
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
    }
}

package dev.heddle.console;

import dev.heddle.console.tls.ServerTls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells other trust domains whom the mesh believes: a SPIFFE bundle endpoint (SPIFFE Federation,
/// 5), over TLS only. Anybody may read it, as there is nothing in it but certificates, so it has a
/// port of its own.
public final class BundleServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BundleServer.class);
    private static final int MOST_CONNECTIONS = 200;

    private final WebServer server;
    private final ServerTls tls;
    private final InetSocketAddress address;

    /// Something that may fail.
    public interface Bundle {
        /// As JSON.
        ///
        /// @throws IOException when it is not known now
        String json() throws IOException;
    }

    private BundleServer(WebServer server, ServerTls tls, InetSocketAddress address) {
        this.server = server;
        this.tls = tls;
        this.address = address;
    }

    /// Opens the port and serves.
    ///
    /// @param address port 0 takes any free one
    /// @param tls closed with this
    /// @throws IOException when the address cannot be bound; the message says which
    public static BundleServer start(InetSocketAddress address, ServerTls tls, Bundle bundle)
            throws IOException {
        WebServer server =
                WebServers.builder(address, MOST_CONNECTIONS)
                        .tls(tls.forServer())
                        .useNio(false)
                        .routing((HttpRouting.Builder routing) ->
                                routing.any(
                                        (request, response) -> handle(bundle, request, response)))
                        .build();
        return new BundleServer(
                server,
                tls,
                WebServers.started(server, address, "bundle endpoint", "--bundle-endpoint"));
    }

    private static void handle(Bundle bundle, ServerRequest request, ServerResponse response) {
        String method = request.prologue().method().text();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        response.header("X-Content-Type-Options", "nosniff");
        if (!reads || !request.prologue().uriPath().rawPath().equals("/")) {
            send(response, reads ? 404 : 405, "GET / is all that there is\n");
            return;
        }
        try {
            String json = bundle.json();
            response.header("Content-Type", "application/json");
            response.header("Cache-Control", "no-cache");
            send(response, 200, json);
        } catch (IOException e) {
            LOG.error("bundle endpoint: the bundle is not known", e);
            send(response, 503, "the bundle is not known now\n");
        }
    }

    private static void send(ServerResponse response, int status, String text) {
        response.status(status).send(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        server.stop();
        tls.close();
    }
}

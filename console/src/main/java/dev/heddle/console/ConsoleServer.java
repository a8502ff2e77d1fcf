package dev.heddle.console;

import dev.heddle.console.api.ApiRequest;
import dev.heddle.console.api.ApiResponse;
import dev.heddle.console.api.ApiStream;
import dev.heddle.console.api.ConsoleApi;
import dev.heddle.console.api.Guard;
import dev.heddle.console.page.Page;
import dev.heddle.console.page.PageAnswer;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.slo.Slos;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.Mesh;
import dev.heddle.model.codec.Json;
import dev.heddle.signals.Signals;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP server of the control plane: one virtual thread a connection, nothing but a thin layer
/// around [ConsoleApi].
public final class ConsoleServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);
    private static final Pattern SLASH = Pattern.compile("/");

    /// Every answer says them: nothing from elsewhere is loaded, no other site shows or reads it.
    private static final Map<String, String> SECURITY =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'self'; frame-ancestors 'none'; base-uri 'none';"
                            + " form-action 'none'",
                    "X-Content-Type-Options",
                    "nosniff",
                    "X-Frame-Options",
                    "DENY",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cross-Origin-Resource-Policy",
                    "same-origin",
                    "Cache-Control",
                    "no-store");

    /// What is told beside over TLS, but for names that every machine has: a year (RFC 6797).
    private static final String ONLY_TLS = "max-age=31536000";

    private final WebServer server;
    private final InetSocketAddress address;
    private final Optional<ServerTls> tls;

    private ConsoleServer(WebServer server, InetSocketAddress address, Optional<ServerTls> tls) {
        this.server = server;
        this.address = address;
        this.tls = tls;
    }

    /// Opens the port and serves in plain text.
    ///
    /// @param address port 0 takes any free one
    /// @throws IOException when the address cannot be bound; the message says which
    public static ConsoleServer start(
            InetSocketAddress address,
            Mesh mesh,
            ConfigStore store,
            Accounts accounts,
            AuditTrail audit)
            throws IOException {
        return start(address, Optional.empty(), mesh, store, accounts, audit);
    }

    /// Opens the port and serves.
    ///
    /// @param address port 0 takes any free one
    /// @param tls closed with this; empty for plain text
    /// @throws IOException when the address cannot be bound; the message says which
    public static ConsoleServer start(
            InetSocketAddress address,
            Optional<ServerTls> tls,
            Mesh mesh,
            ConfigStore store,
            Accounts accounts,
            AuditTrail audit)
            throws IOException {
        return start(address, tls, mesh, store, accounts, audit, Optional.empty());
    }

    /// Opens the port and serves what is known of traffic, too.
    ///
    /// @param address port 0 takes any free one
    /// @param tls closed with this; empty for plain text
    /// @param signals empty where nothing is kept
    /// @throws IOException when the address cannot be bound; the message says which
    public static ConsoleServer start(
            InetSocketAddress address,
            Optional<ServerTls> tls,
            Mesh mesh,
            ConfigStore store,
            Accounts accounts,
            AuditTrail audit,
            Optional<Signals> signals)
            throws IOException {
        return start(
                address, tls, mesh, store, Doors.of(accounts), audit, signals, Optional.empty());
    }

    /// Opens the port and serves how it stands with objectives, too.
    ///
    /// @param address port 0 takes any free one
    /// @param tls closed with this; empty for plain text
    /// @param doors who may use it
    /// @param signals empty where nothing is kept
    /// @param slos empty where nobody looks
    /// @throws IOException when the address cannot be bound; the message says which
    public static ConsoleServer start(
            InetSocketAddress address,
            Optional<ServerTls> tls,
            Mesh mesh,
            ConfigStore store,
            Doors doors,
            AuditTrail audit,
            Optional<Signals> signals,
            Optional<Slos> slos)
            throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("API on " + text(address) + ": there is no such host");
        }
        var guard = new Guard(address);
        var api = new ConsoleApi(mesh, store, doors, audit, signals, slos, guard);
        var page = Page.load();
        // Sockets, not channels: they look at the first byte before TLS does.
        WebServer server =
                WebServers.builder(address, MAX_CONNECTIONS)
                        .update(it -> tls.map(ServerTls::forServer).ifPresent(it::tls))
                        .useNio(tls.isEmpty())
                        .routing((HttpRouting.Builder routing) ->
                                routing.any((request, response) ->
                                        handle(
                                                guard,
                                                page,
                                                api,
                                                tls.isPresent(),
                                                request,
                                                response)))
                        .build();
        return new ConsoleServer(server, WebServers.started(server, address, "API", "--api"), tls);
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
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

    private static void handle(
            Guard guard,
            Page page,
            ConsoleApi api,
            boolean isSecure,
            ServerRequest request,
            ServerResponse response)
            throws IOException {
        SECURITY.forEach(response::header);
        if (isSecure && !Guard.isOfAnyMachine(request.authority())) {
            response.header("Strict-Transport-Security", ONLY_TLS);
        }
        if (asksToClose(request)) {
            response.header("Connection", "close");
        }
        ApiRequest head = read(request);
        Optional<PageAnswer> file =
                guard.objection(head).isPresent() ? Optional.empty() : file(page, head);
        if (file.isPresent()) {
            response.status(file.get().status());
            file.get().headers().forEach(response::header);
            response.send(file.get().body());
        } else {
            answer(api, head, request, response);
        }
    }

    private static Optional<PageAnswer> file(Page page, ApiRequest request) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        return reads
                ? page.answer(
                        request.segments(),
                        request.header("accept").orElse(""),
                        request.header("accept-encoding").orElse(""),
                        request.header("if-none-match").orElse(""))
                : Optional.empty();
    }

    private static void answer(
            ConsoleApi api, ApiRequest head, ServerRequest request, ServerResponse response)
            throws IOException {
        int limit = api.bodyLimit(head);
        byte[] body = body(request, limit);
        ApiResponse answer =
                body.length > limit
                        ? ApiResponse.error(
                                413,
                                "the body is larger than " + limit + " bytes",
                                "body",
                                "Apply the resources in parts; without a token, less is read")
                        : api.answer(head.with(new String(body, StandardCharsets.UTF_8)));
        response.status(answer.status());
        answer.headers().forEach(response::header);
        response.header("Content-Type", answer.contentType());
        if (answer.status() == 413) {
            response.header("Connection", "close");
        }
        if (answer.stream().isPresent()) {
            stream(answer.stream().get(), request, response);
        } else {
            response.send(answer.body().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void stream(ApiStream stream, ServerRequest request, ServerResponse response) {
        if (request.prologue().method().equals(Method.HEAD)) {
            stream.close();
            response.send();
            return;
        }
        try (stream;
                OutputStream out = response.outputStream()) {
            stream.run(line -> {
                out.write((Json.compact(line) + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            });
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("a stream whose reader went", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The web server keeps connections open unless it is told.
    private static boolean asksToClose(ServerRequest request) {
        return request.headers().contains(HeaderValues.CONNECTION_CLOSE);
    }

    private static byte[] body(ServerRequest request, int limit) throws IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(limit + 1);
        }
    }

    private static ApiRequest read(ServerRequest request) {
        var headers = new HashMap<String, String>();
        request.headers().forEach(h -> headers.putIfAbsent(h.name(), h.get()));
        headers.putIfAbsent("Host", request.authority());
        var query = new HashMap<String, String>();
        var given = request.query();
        for (String name : given.names()) {
            query.put(name, given.first(name).orElse(""));
        }
        return new ApiRequest(
                request.prologue().method().text(),
                segments(request.prologue().uriPath().rawPath()),
                query,
                headers,
                "",
                request.remotePeer().host());
    }

    private static List<String> segments(String path) {
        var segments = new ArrayList<String>();
        SLASH.splitAsStream(path).filter(s -> !s.isEmpty()).forEach(s -> segments.add(decode(s)));
        return segments;
    }

    /// Percent signs only: a plus is a plus in a path.
    private static String decode(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }
}

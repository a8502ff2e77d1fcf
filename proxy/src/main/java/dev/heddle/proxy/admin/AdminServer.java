package dev.heddle.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the admin pages over HTTP.
///
/// What changes something takes POST only. A browser is no operator: a request that carries another
/// site's `origin`, or a host name that may be somebody's trick with DNS, is refused with 403.
/// Nobody proves who he is, so other machines get what monitoring reads and nothing else, unless
/// whoever starts the proxy allows it.
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /// What says nothing of the configuration, and changes nothing.
    private static final List<String> MONITORING = List.of("/ready", "/stats", "/stats/prometheus");

    private final HttpServer server;
    private final ExecutorService threads;
    private final AdminPages pages;
    private final boolean allowsRemote;

    private AdminServer(
            HttpServer server, ExecutorService threads, AdminPages pages, boolean allowsRemote) {
        this.server = server;
        this.threads = threads;
        this.pages = pages;
        this.allowsRemote = allowsRemote;
    }

    /// Opens the port and serves.
    ///
    /// @param allowsRemote whether all pages answer other machines; otherwise only those that
    ///   monitoring reads
    /// @throws IOException when the address cannot be bound; the message says which
    public static AdminServer start(
            InetSocketAddress address, AdminPages pages, boolean allowsRemote) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("admin " + address + ": " + e.getMessage(), e);
        }
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var admin = new AdminServer(server, threads, pages, allowsRemote);
        server.setExecutor(threads);
        server.createContext("/", admin::serve);
        server.start();
        return admin;
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Page.Answer answer;
            try {
                answer = answer(exchange);
            } catch (RuntimeException e) {
                LOG.error("bug: admin {}", exchange.getRequestURI(), e);
                answer = Page.Answer.error(500, "bug: " + e);
            }
            int length = answer.content().size();
            Headers headers = exchange.getResponseHeaders();
            headers.set("content-type", answer.contentType());
            headers.set("cache-control", "no-cache, max-age=0");
            headers.set("x-content-type-options", "nosniff");
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), isHead || length == 0 ? -1 : length);
            if (!isHead && length > 0) {
                // In pieces: a page may be 10 MB.
                Channels.newChannel(exchange.getResponseBody())
                        .write(answer.content().asReadOnlyByteBuffer());
            }
        }
    }

    private Page.Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        Optional<String> refusal = refusal(exchange.getRequestHeaders());
        if (refusal.isPresent()) {
            return Page.Answer.error(403, refusal.get());
        }
        if (!allowsRemote && !isFor(exchange.getRemoteAddress().getAddress(), path)) {
            return Page.Answer.error(
                    403,
                    path
                            + " answers this machine only, at 127.0.0.1 (others get "
                            + String.join(", ", MONITORING)
                            + "); --allow-remote-admin lets everybody in who reaches this port");
        }
        AdminPages.Entry entry = pages.find(path);
        if (entry == null) {
            return Page.Answer.error(404, "invalid path. " + pages.help());
        }
        boolean isPost = method.equals("POST");
        if (!isPost && !method.equals("GET") && !method.equals("HEAD")) {
            return Page.Answer.error(405, "method " + method + " (expected: GET or POST)");
        }
        if (entry.changes() && !isPost) {
            return Page.Answer.error(405, "Method " + method + " not allowed, POST required.");
        }
        Map<String, String> query = query(exchange.getRequestURI());
        for (String parameter : query.keySet()) {
            if (!entry.takes(parameter)) {
                return Page.Answer.error(
                        400,
                        "parameter '"
                                + parameter
                                + "' is not implemented (expected: one of "
                                + entry.parameters()
                                + ")");
            }
        }
        List<String> accepted = exchange.getRequestHeaders().getOrDefault("accept", List.of());
        return entry.page().answer(query, String.join(",", accepted));
    }

    /// Whether somebody there is told what that page says, though he proves nothing.
    static boolean isFor(InetAddress peer, String path) {
        return peer.isLoopbackAddress() || MONITORING.contains(path);
    }

    /// Why a request does not come from an operator's tool; empty when it may.
    private static Optional<String> refusal(Headers headers) {
        String host = headers.getFirst("host");
        if (host != null && !isTrusted(hostOf(host))) {
            return Optional.of("host '" + host + "' (expected: an IP address or localhost)");
        }
        String origin = headers.getFirst("origin");
        if (origin != null && !origin.equals("http://" + host)) {
            return Optional.of("origin '" + origin + "' (expected: none, or this host)");
        }
        return Optional.empty();
    }

    private static String hostOf(String authority) {
        int colon = authority.lastIndexOf(':');
        String host =
                colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private static boolean isTrusted(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).getAddress().length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Map<String, String> query(URI uri) {
        var query = new LinkedHashMap<String, String>();
        @Nullable String raw = uri.getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                if (!name.isEmpty()) {
                    query.put(decoded(name), decoded(value));
                }
            }
        }
        return query;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}

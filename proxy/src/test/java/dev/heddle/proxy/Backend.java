package dev.heddle.proxy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// An HTTP server that answers each request with its name, the request's path and some of its
/// headers.
final class Backend implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong delayMillis = new AtomicLong();

    Backend(String name) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        Thread.sleep(delayMillis.get());
                        String body =
                                "%s %s host=%s x=%s xfcc=%s\n"
                                        .formatted(
                                                name,
                                                exchange.getRequestURI(),
                                                exchange.getRequestHeaders().getFirst("host"),
                                                exchange.getRequestHeaders().get("x-added"),
                                                exchange.getRequestHeaders()
                                                        .getFirst("x-forwarded-client-cert"));
                        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().set("x-backend", name);
                        exchange.sendResponseHeaders(200, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    void delays(long millis) {
        delayMillis.set(millis);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

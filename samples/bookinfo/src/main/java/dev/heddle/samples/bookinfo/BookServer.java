package dev.heddle.samples.bookinfo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.concurrent.Executors;

/// Serves one service over HTTP/1.1, a virtual thread per request, and logs a line per request.
public final class BookServer implements AutoCloseable {
    private static final int MAX_BODY = 64 * 1024;

    private final HttpServer server;
    private final BookService service;
    private final String pod;
    private final PrintStream log;

    private BookServer(HttpServer server, BookService service, String pod, PrintStream log) {
        this.server = server;
        this.service = service;
        this.pod = pod;
        this.log = log;
    }

    /// Starts to serve.
    ///
    /// @param address port 0 takes any free one
    /// @param pod who answers, as in `reviews-v2`
    /// @throws IOException when the address is taken
    public static BookServer start(
            InetSocketAddress address, BookService service, String pod, PrintStream log)
            throws IOException {
        var http = HttpServer.create(address, 0);
        var server = new BookServer(http, service, pod, log);
        http.createContext("/", server::handle);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var call = read(exchange);
            var reply = answer(call);
            var headers = exchange.getResponseHeaders();
            headers.set("content-type", reply.contentType());
            headers.set(BookService.POD_HEADER, pod);
            reply.headers().forEach(headers::set);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            boolean empty = call.method().equals("HEAD") || body.length == 0;
            exchange.sendResponseHeaders(reply.status(), empty ? -1 : body.length);
            if (!empty) {
                exchange.getResponseBody().write(body);
            }
            log.println(call.method() + " " + call.path() + " " + reply.status());
        } catch (RuntimeException e) {
            e.printStackTrace(log);
            throw e;
        }
    }

    private Reply answer(Call call) {
        return call.path().equals("/health") ? service.health() : service.answer(call);
    }

    private static Call read(HttpExchange exchange) throws IOException {
        var headers = new HashMap<String, String>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name, values.getFirst()));
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY);
        return new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                headers,
                new String(body, StandardCharsets.UTF_8));
    }
}

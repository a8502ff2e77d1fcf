package dev.heddle.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.search.Search;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OTLP over HTTP at a socket.
class OtlpServerTest {
    private static final String SPAN =
            """
            {"resourceSpans": [{"scopeSpans": [{"spans": [{
              "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
              "name": "GET /", "startTimeUnixNano": "1", "endTimeUnixNano": "2000000"}]}]}]}
            """;

    @Test
    void applicationsTellByHttpAndPagesDoNot(@TempDir Path temp) throws Exception {
        try (var signals = Signals.start(SignalsBootstrap.in(temp));
                var server =
                        OtlpServer.start(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                signals.http());
                var client = HttpClient.newHttpClient()) {
            URI traces = URI.create("http://127.0.0.1:" + server.address().getPort());
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(traces.resolve("/v1/traces"))
                                    .header("Content-Type", "application/json; charset=utf-8")
                                    .header("Content-Encoding", "gzip")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(packed()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.body()).isEqualTo("{}");
            signals.settle();
            assertThat(signals.find(Search.all(Search.Kind.SPANS, 10)).signals()).hasSize(1);

            String form = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n";
            assertThat(raw(server, form + "content-type: text/plain\r\n"))
                    .startsWith("HTTP/1.1 415");
            assertThat(
                            raw(
                                    server,
                                    form.replace("localhost", "page.example")
                                            + "content-type: application/json\r\n"))
                    .startsWith("HTTP/1.1 403");
            signals.settle();
            assertThat(signals.find(Search.all(Search.Kind.SPANS, 10)).signals()).hasSize(1);
        }
    }

    private static byte[] packed() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(SPAN.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    private static String raw(OtlpServer server, String head) throws IOException {
        try (var socket = new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            String request =
                    head
                            + "content-length: %d\r\nconnection: close\r\n\r\n%s"
                                    .formatted(SPAN.length(), SPAN);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }
}

package dev.heddle.samples.bookinfo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;

/// The other services, as this one sees them: by their names in the mesh.
public interface Peers {

    /// What a peer said.
    ///
    /// @param status 0 when there was no answer in time
    /// @param pods which processes took part, nearest first; empty when unknown
    record Answer(int status, String body, String pods) {
        static final Answer NONE = new Answer(0, "", "");

        /// The body, when the peer said 200 and spoke JSON.
        Optional<Json> json() {
            if (status != 200) {
                return Optional.empty();
            }
            try {
                return Optional.of(Json.parse(body));
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }
    }

    /// Gets `http://SERVICE:9080/PATH`.
    Answer get(String service, String path, Map<String, String> headers, Duration timeout);

    /// Peers behind a proxy, or without one.
    ///
    /// @param proxy of the form `http://127.0.0.1:20001`; empty for direct calls
    static Peers through(String proxy) {
        var client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(2))
                        .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (!proxy.isEmpty()) {
            URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
            client.proxy(
                    ProxySelector.of(new InetSocketAddress(address.getHost(), address.getPort())));
        }
        return new OverHttp(client.build());
    }

    /// Peers over HTTP.
    record OverHttp(HttpClient client) implements Peers {
        @Override
        public Answer get(
                String service, String path, Map<String, String> headers, Duration timeout) {
            var request =
                    HttpRequest.newBuilder(URI.create("http://" + service + ":9080" + path))
                            .timeout(timeout);
            headers.forEach(request::header);
            try {
                var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                return new Answer(
                        response.statusCode(),
                        response.body(),
                        response.headers().firstValue(BookService.POD_HEADER).orElse(""));
            } catch (IOException e) {
                System.out.println("no answer from " + service + path + ": " + e);
                return Answer.NONE;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return Answer.NONE;
            }
        }
    }
}

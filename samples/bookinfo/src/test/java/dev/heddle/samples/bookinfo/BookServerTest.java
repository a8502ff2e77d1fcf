package dev.heddle.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class BookServerTest {
    private static HttpResponse<String> get(BookServer server, String path)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
            return client.send(
                    HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static BookServer start(BookService service, String pod) throws IOException {
        return BookServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                service,
                pod,
                new PrintStream(new ByteArrayOutputStream()));
    }

    @Test
    void aServiceAnswersOverHttpAndNamesItsPod() throws Exception {
        try (var server = start(new Ratings(), "ratings-v1")) {
            var answer = get(server, "/ratings/0");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue(BookService.POD_HEADER)).hasValue("ratings-v1");
            assertThat(get(server, "/health").body()).contains("Ratings is healthy");
        }
    }

    @Test
    void peersAreCalledThroughTheProxyByTheirNames() throws Exception {
        // A server that is taken for a proxy gets the whole address of what is asked for; this one
        // answers as if it were the ratings service itself.
        try (var proxy = start(new Ratings(), "proxy")) {
            var peers = Peers.through("http://127.0.0.1:" + proxy.address().getPort());
            var reviews = new Reviews(Reviews.Stars.RED, "reviews-v3", "null", peers);
            try (var server = start(reviews, "reviews-v3")) {
                var answer = get(server, "/reviews/0");
                assertThat(answer.body()).contains("\"stars\": 5", "\"color\": \"red\"");
                assertThat(answer.headers().firstValue(BookService.POD_HEADER))
                        .hasValue("reviews-v3, proxy");
            }
        }
    }

    @Test
    void thePageIsStyled() throws Exception {
        try (var server = start(new ProductPage("p", Peers.through("")), "productpage-v1")) {
            assertThat(get(server, "/static/bookinfo.css").headers().firstValue("content-type"))
                    .hasValue("text/css");
            assertThat(get(server, "/static/../x").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theCommandLineIsChecked() {
        var settings =
                BookinfoMain.Settings.of(List.of("reviews", "--version", "v2", "--port", "0"));
        assertThat(settings.pod()).isEqualTo("reviews-v2");
        assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(
                                () -> BookinfoMain.Settings.of(List.of("nobody"))))
                .hasMessageContaining("productpage, details, reviews, ratings");
    }
}

package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/// `heddle proxy-config --admin`: what a proxy itself says it runs, from its admin pages. They are
/// the same for Heddle's proxy and for Envoy, except for `unsupported`, which Envoy has not.
public final class ProxyAdmin {
    private ProxyAdmin() {}

    /// Prints a part of it.
    public static int run(InetSocketAddress admin, ProxyPart part, Machine machine) {
        String text =
                switch (part) {
                    case ALL -> get(admin, "/config_dump");
                    case LISTENERS -> dumped(admin, List.of("ListenersConfigDump"));
                    case ROUTES -> dumped(admin, List.of("RoutesConfigDump"));
                    case CLUSTERS -> dumped(admin, List.of("ClustersConfigDump"));
                    case ENDPOINTS -> get(admin, "/clusters");
                    case UNSUPPORTED -> get(admin, "/unsupported");
                };
        machine.out().print(text);
        if (!text.endsWith("\n")) {
            machine.out().println();
        }
        return 0;
    }

    /// The parts of the configuration dump whose types end so.
    private static String dumped(InetSocketAddress admin, List<String> types) {
        var dump = new Answer(Json.parse(get(admin, "/config_dump")));
        List<Node> wanted =
                dump.at("configs").items().stream()
                        .filter(config ->
                                types.stream().anyMatch(config.at("@type").text()::endsWith))
                        .map(Answer::node)
                        .toList();
        return Json.pretty(Node.Sequence.of(wanted));
    }

    private static String get(InetSocketAddress admin, String path) {
        String url = "http://%s:%d%s".formatted(admin.getHostString(), admin.getPort(), path);
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw Failure.of(
                        "%s answered with status %d".formatted(url, response.statusCode()),
                        "is that the admin port of a proxy, and of one that knows this page?");
            }
            return response.body();
        } catch (IOException e) {
            throw Failure.of(
                    "no proxy answers at " + url, "'./heddle demo' prints the admin ports");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Failure.of("interrupted", "");
        }
    }
}

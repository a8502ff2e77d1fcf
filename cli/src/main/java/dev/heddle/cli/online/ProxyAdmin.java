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
import java.util.stream.Stream;

/// `heddle proxy-config --admin`: what a proxy itself says it runs, from its admin pages. They are
/// the same for Heddle's proxy and for Envoy, except for `unsupported`, which Envoy has not.
///
/// Listeners, routes and clusters are printed as [ProxyConfig] prints those that the control plane
/// gave, so that the two can be compared. Endpoints come with what the proxy thinks of them.
public final class ProxyAdmin {
    private ProxyAdmin() {}

    /// Prints a part of it.
    public static int run(InetSocketAddress admin, ProxyPart part, boolean json, Machine machine) {
        switch (part) {
            case ALL -> line(get(admin, "/config_dump"), machine);
            case LISTENERS, ROUTES, CLUSTERS ->
                    ProxyConfig.print(part, dumped(admin, part), json, machine);
            case ENDPOINTS ->
                    line(get(admin, json ? "/clusters?format=json" : "/clusters"), machine);
            case UNSUPPORTED -> {
                String text = get(admin, "/unsupported");
                line(json ? Json.pretty(lines(text)) : text, machine);
            }
        }
        return 0;
    }

    private static void line(String text, Machine machine) {
        machine.out().print(text.endsWith("\n") ? text : text + "\n");
    }

    private static Node lines(String text) {
        return Node.Sequence.of(text.lines().map(Node::of).toList());
    }

    /// The resources of one type in the configuration dump, those of the bootstrap first.
    private static List<Answer> dumped(InetSocketAddress admin, ProxyPart part) {
        var configs = new Answer(Json.parse(get(admin, "/config_dump"))).at("configs").items();
        return switch (part) {
            case LISTENERS ->
                    Stream.concat(
                                    in(configs, "static_listeners"),
                                    in(configs, "dynamic_listeners").map(l -> l.at("active_state")))
                            .map(l -> l.at("listener"))
                            .filter(l -> !l.isAbsent()) // one that never got active
                            .toList();
            case ROUTES ->
                    Stream.concat(
                                    in(configs, "static_route_configs"),
                                    in(configs, "dynamic_route_configs"))
                            .map(r -> r.at("route_config"))
                            .toList();
            case CLUSTERS ->
                    Stream.concat(
                                    in(configs, "static_clusters"),
                                    in(configs, "dynamic_active_clusters"))
                            .map(c -> c.at("cluster"))
                            .toList();
            case ALL, ENDPOINTS, UNSUPPORTED ->
                    throw new IllegalArgumentException(
                            "part: " + part + " (expected: one of the dump's lists)");
        };
    }

    private static Stream<Answer> in(List<Answer> configs, String list) {
        return configs.stream().flatMap(config -> config.at(list).items().stream());
    }

    /// The text of a page.
    ///
    /// @throws Failure when there is none
    static String get(InetSocketAddress admin, String path) {
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

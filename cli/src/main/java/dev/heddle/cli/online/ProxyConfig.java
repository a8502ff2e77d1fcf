package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Table;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// `heddle proxy-config`: what the control plane gave a proxy last.
public final class ProxyConfig {
    private ProxyConfig() {}

    /// Prints a part of it.
    ///
    /// @param proxy its id, or the part that names the workload, as in `reviews-v1`
    public static int run(Api api, ProxyPart part, String proxy, boolean json, Machine machine) {
        if (part == ProxyPart.UNSUPPORTED) {
            throw Failure.usage(
                    "only the proxy itself knows what it does not do",
                    "name its admin port: --admin 127.0.0.1:PORT");
        }
        Api.Reply reply = api.ask(Api.path("proxies", proxy, "config"));
        if (reply.status() == 404) {
            throw Failure.of(
                    "%s: '%s'".formatted(reply.answer().at("error", "what").text(), proxy),
                    "'./heddle proxy-status' lists the proxies");
        }
        if (reply.status() != 200) {
            throw Api.failure(reply);
        }
        Answer answer = reply.answer();
        if (part == ProxyPart.ALL) {
            machine.out().print(Json.pretty(answer.node()));
        } else {
            print(part, answer.at("resources", type(part)).items(), json, machine);
        }
        return 0;
    }

    /// Prints resources of one type, wherever they come from.
    static void print(ProxyPart part, List<Answer> items, boolean json, Machine machine) {
        machine.out()
                .print(
                        json
                                ? Json.pretty(
                                        Node.Sequence.of(items.stream().map(Answer::node).toList()))
                                : table(part, items).print());
    }

    private static String type(ProxyPart part) {
        return switch (part) {
            case LISTENERS -> "LDS";
            case ROUTES -> "RDS";
            case CLUSTERS -> "CDS";
            case ENDPOINTS -> "EDS";
            case ALL, UNSUPPORTED -> "";
        };
    }

    private static Table table(ProxyPart part, List<Answer> items) {
        var rows = new ArrayList<List<String>>();
        return switch (part) {
            case LISTENERS -> {
                items.forEach(
                        l -> rows.add(List.of(l.at("name").text(), address(l.at("address")))));
                yield new Table(List.of("LISTENER", "ADDRESS"), rows);
            }
            case CLUSTERS -> {
                items.forEach(c ->
                        rows.add(
                                List.of(
                                        c.at("name").text(),
                                        c.at("type").text(),
                                        c.at("lb_policy").text())));
                yield new Table(List.of("CLUSTER", "TYPE", "BALANCER"), rows);
            }
            case ENDPOINTS -> {
                items.forEach(assignment -> endpoints(assignment, rows));
                yield new Table(List.of("CLUSTER", "ENDPOINT", "WEIGHT"), rows);
            }
            case ROUTES -> {
                items.forEach(configuration -> routes(configuration, rows));
                yield new Table(
                        List.of("ROUTES", "VIRTUAL HOST", "ROUTE", "MATCH", "GOES TO"), rows);
            }
            case ALL, UNSUPPORTED ->
                    throw new IllegalArgumentException(
                            "part: " + part + " (expected: one of a table)");
        };
    }

    private static String address(Answer address) {
        Answer socket = address.at("socket_address");
        return socket.at("address").text() + ":" + socket.at("port_value").text();
    }

    private static void endpoints(Answer assignment, List<List<String>> rows) {
        for (Answer locality : assignment.at("endpoints").items()) {
            for (Answer endpoint : locality.at("lb_endpoints").items()) {
                String weight = endpoint.at("load_balancing_weight").text();
                rows.add(
                        List.of(
                                assignment.at("cluster_name").text(),
                                address(endpoint.at("endpoint", "address")),
                                weight.isEmpty() ? "1" : weight));
            }
        }
    }

    private static void routes(Answer configuration, List<List<String>> rows) {
        for (Answer host : configuration.at("virtual_hosts").items()) {
            for (Answer route : host.at("routes").items()) {
                rows.add(
                        List.of(
                                configuration.at("name").text(),
                                host.at("name").text(),
                                route.at("name").text(),
                                match(route.at("match")),
                                target(route)));
            }
        }
    }

    private static String match(Answer match) {
        for (String kind : List.of("path", "prefix", "path_separated_prefix")) {
            if (!match.at(kind).isAbsent()) {
                String others = match.at("headers").items().isEmpty() ? "" : " + headers";
                return (kind.equals("path") ? "= " : "")
                        + match.at(kind).text()
                        + (kind.equals("path") ? "" : "*")
                        + others;
            }
        }
        return match.at("safe_regex", "regex").text();
    }

    private static String target(Answer route) {
        Answer action = route.at("route");
        if (!action.at("cluster").isAbsent()) {
            return action.at("cluster").text();
        }
        List<Answer> weighted = action.at("weighted_clusters", "clusters").items();
        if (!weighted.isEmpty()) {
            return weighted.stream()
                    .map(c -> c.at("name").text() + " " + c.at("weight").text())
                    .collect(Collectors.joining(", "));
        }
        if (!route.at("redirect").isAbsent()) {
            return "redirect";
        }
        return "status " + route.at("direct_response", "status").text();
    }
}

package dev.heddle.compiler;

import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.StringMatch;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Requests at the borders of whatever the VirtualServices of a world match: the very text, one
/// letter more, one element more, something else, nothing at all.
record Probes(World world) {
    private static final int MOST = 400;

    /// Requests to the gateways, for every port and host of theirs.
    List<Request> atGateways() {
        Set<String> hosts = new LinkedHashSet<>();
        Map<Integer, Boolean> ports = new LinkedHashMap<>();
        for (Resource<Gateway> gateway : world.index().resources().all(Kinds.GATEWAY)) {
            for (Gateway.Server server : gateway.spec().servers()) {
                server.hosts().forEach(h -> names(h.substring(h.indexOf('/') + 1), hosts));
                ports.put(
                        server.port().number(),
                        server.port().protocol().equalsIgnoreCase("HTTPS")
                                || server.port().protocol().equalsIgnoreCase("TLS"));
            }
        }
        rules().forEach(s -> s.hosts().forEach(h -> names(h.name(), hosts)));
        names("nobody.example.net", hosts);
        var all = new ArrayList<Request>();
        hosts.forEach(host ->
                ports.forEach(
                        (port, isTls) -> requests(host, port, isTls ? "https" : "http", all)));
        return some(all);
    }

    /// Requests of clients in the mesh, for every port of every service.
    List<Request> inMesh() {
        var all = new ArrayList<Request>();
        world.index()
                .services()
                .all()
                .forEach(service -> {
                    Hostname host = service.service().host();
                    if (!host.isWildcard()) {
                        service.service()
                                .ports()
                                .forEach(port ->
                                        requests(
                                                host.name(),
                                                port.number(),
                                                port.protocol().isTls() ? "https" : "http",
                                                all));
                    }
                });
        return some(all);
    }

    private List<BoundVirtualService> rules() {
        return world.index().virtualServices().all();
    }

    private static void names(String host, Set<String> into) {
        if (host.equals("*")) {
            into.add("anybody.example.org");
        } else if (host.startsWith("*")) {
            into.add("one" + host.substring(1));
            into.add("two.one" + host.substring(1));
            into.add(host.substring(host.startsWith("*.") ? 2 : 1));
        } else if (!host.isEmpty()) {
            into.add(host);
        }
    }

    private static List<Request> some(List<Request> all) {
        if (all.size() <= MOST) {
            return all;
        }
        var shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(7));
        return shuffled.subList(0, MOST);
    }

    private void requests(String host, int port, String scheme, List<Request> all) {
        boolean isOwn = port == (scheme.equals("https") ? 443 : 80);
        String authority = isOwn ? host : host + ":" + port;
        for (String path : paths()) {
            for (String method : methods()) {
                for (Map<String, String> headers : headers()) {
                    for (String query : queries()) {
                        all.add(
                                new Request(
                                        method,
                                        scheme,
                                        authority,
                                        host,
                                        port,
                                        path + query,
                                        headers));
                    }
                }
            }
        }
    }

    private List<HttpMatchRequest> matches() {
        return rules().stream()
                .flatMap(s -> s.http().stream())
                .flatMap(r -> r.spec().match().stream())
                .toList();
    }

    private Set<String> paths() {
        Set<String> paths = new LinkedHashSet<>(List.of("/", "/else/where"));
        for (HttpMatchRequest match : matches()) {
            match.uri()
                    .ifPresent(uri -> {
                        for (String text : texts(uri)) {
                            String path = text.startsWith("/") ? text : "/" + text;
                            paths.add(path);
                            paths.add(path + "x");
                            paths.add(path.endsWith("/") ? path + "x" : path + "/");
                            paths.add(path.endsWith("/") ? path + "x/y" : path + "/x/y");
                            if (path.length() > 1) {
                                paths.add(path.substring(0, path.length() - 1));
                                paths.add(path.toUpperCase(Locale.ROOT));
                            }
                        }
                    });
        }
        return paths;
    }

    private Set<String> methods() {
        Set<String> methods = new LinkedHashSet<>(List.of("GET"));
        for (HttpMatchRequest match : matches()) {
            match.method()
                    .ifPresent(m -> {
                        methods.addAll(texts(m));
                        methods.add("POST");
                        methods.add("PATCH");
                    });
        }
        return methods;
    }

    private List<Map<String, String>> headers() {
        Map<String, Set<String>> values = new LinkedHashMap<>();
        for (HttpMatchRequest match : matches()) {
            match.headers().forEach((name, m) -> values(values, name, m));
            match.withoutHeaders().forEach((name, m) -> values(values, name, m));
            match.cookies()
                    .forEach((name, m) -> {
                        for (String text : texts(m)) {
                            Set<String> all =
                                    values.computeIfAbsent("cookie", _ -> new LinkedHashSet<>());
                            all.add(name + "=" + text);
                            all.add("a=b; " + name + "=" + text + "; c=d");
                            all.add("x" + name + "=" + text);
                        }
                    });
        }
        List<Map<String, String>> all = new ArrayList<>();
        all.add(Map.of());
        values.forEach((name, texts) -> {
            for (Map<String, String> one : List.copyOf(all)) {
                for (String text : texts) {
                    if (all.size() < 60) {
                        var more = new HashMap<>(one);
                        more.put(name, text);
                        all.add(more);
                    }
                }
            }
        });
        return all;
    }

    private static void values(Map<String, Set<String>> values, String name, StringMatch match) {
        if (name.startsWith("@") || name.startsWith(":")) {
            return;
        }
        for (String text : texts(match)) {
            Set<String> all =
                    values.computeIfAbsent(
                            name.toLowerCase(Locale.ROOT), _ -> new LinkedHashSet<>());
            all.add(text);
            all.add(text + "x");
        }
    }

    private Set<String> queries() {
        Set<String> queries = new LinkedHashSet<>(List.of(""));
        for (HttpMatchRequest match : matches()) {
            match.queryParams()
                    .forEach((name, m) -> {
                        for (String text : texts(m)) {
                            queries.add("?" + name + "=" + text);
                            queries.add("?other=1&" + name + "=" + text + "x");
                        }
                    });
        }
        return queries;
    }

    /// Texts that match, as far as a simple look at an expression tells.
    private static List<String> texts(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String exact) -> List.of(exact);
            case StringMatch.Prefix(String prefix) -> List.of(prefix);
            case StringMatch.Present() -> List.of("anything");
            case StringMatch.Regex(String regex) -> {
                var all = new ArrayList<String>();
                for (String part : regex.split("\\|", -1)) {
                    all.add(
                            part.replace("\\Q", "")
                                    .replace("\\E", "")
                                    .replaceAll("\\(\\?[a-z]+\\)", "")
                                    .replaceAll("\\[\\^?[^]]*]", "7")
                                    .replaceAll("\\\\d", "7")
                                    .replaceAll("[.]([*+?]|\\{[^}]*})", "q")
                                    .replaceAll("(?<!\\\\)[*+?^$()]|\\{[^}]*}", "")
                                    .replace("\\", ""));
                }
                yield all;
            }
        };
    }
}

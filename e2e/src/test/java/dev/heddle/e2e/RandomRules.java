package dev.heddle.e2e;

import dev.heddle.compiler.world.ProxyScope.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Virtual services and destination rules that nobody would write, and requests that they are
/// about: both are made of the same few words, so that most requests come near some rule. What is
/// left to chance at run time, as weights are, is not among them.
final class RandomRules {
    /// The services that there are. Each has one host, so that nobody chooses.
    static final List<String> SERVICES =
            List.of("reviews", "ratings", "details", "one", "two", "three", "four", "five", "six");

    /// Those that are called, and have rules.
    private static final List<String> CALLED = SERVICES.subList(0, 3);

    private static final List<String> PATHS =
            List.of(
                    "/",
                    "/a",
                    "/a/",
                    "/a/b",
                    "/a/b/c",
                    "/A/b",
                    "/ab",
                    "/b",
                    "/b/a",
                    "/api/v1/items",
                    "/api/v1/items/7",
                    "/api/v2/items",
                    "/api//v1",
                    "/a%2Fb",
                    "/a%20b",
                    "/index.html");
    private static final List<String> EXPRESSIONS =
            List.of(
                    "/a.*",
                    "/a/[a-z]+",
                    "/(a|b)/.*",
                    "/api/v[0-9]+/.*",
                    ".*items.*",
                    "/[^/]+",
                    "(?i)/A.*",
                    "/api/(v1)/items/([0-9]+)");
    private static final List<String> WORDS = List.of("one", "two", "three", "One", "on", "1");
    private static final List<String> WORD_EXPRESSIONS =
            List.of("o.*", "(one|two)", "[a-z]+", "t.*e", ".+");
    private static final List<String> HEADERS = List.of("x-a", "x-b", "end-user", "user-agent");

    /// Headers that proxies themselves obey, with what they may say.
    private static final List<String> SPECIAL =
            List.of(
                    "x-envoy-upstream-rq-timeout-ms=3000",
                    "x-envoy-expected-rq-timeout-ms=2000",
                    "x-envoy-original-path=/before",
                    "x-envoy-original-host=before",
                    "x-envoy-retry-on=5xx",
                    "x-envoy-max-retries=2",
                    "x-forwarded-proto=https",
                    "x-forwarded-for=10.1.2.3",
                    "x-forwarded-host=outside",
                    "x-request-id=not-an-id",
                    "te=trailers",
                    "connection=x-b",
                    "expect=100-continue",
                    "cookie=a=b; c=d",
                    "origin=http://one.example",
                    "origin=http://two.example",
                    "origin=https://elsewhere",
                    "content-type=application/grpc");

    private static final List<String> QUERIES = List.of("q", "page", "lang");
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final List<String> CODES = List.of("301", "302", "303", "307", "308");

    private final RandomGenerator random;

    private final Role role;

    /// @param role of the proxy that is called
    RandomRules(Role role, RandomGenerator random) {
        this.role = role;
        this.random = random;
    }

    /// YAML of a mesh.
    String rules() {
        var documents = new ArrayList<String>();
        for (String service : CALLED) {
            if (isOften()) {
                documents.add(destinationRule(service));
            }
            if (isOften()) {
                documents.add(virtualService(service, ""));
            }
            if (isSeldom()) {
                documents.add(virtualService(service, "-again"));
            }
        }
        if (isSeldom()) {
            documents.add(virtualService("*", "wide"));
        }
        return String.join("\n---\n", documents);
    }

    /// A request.
    TwoPlanes.Asked request() {
        String service = any(CALLED);
        String host =
                role == Role.GATEWAY && isOften()
                        ? service + ".example"
                        : any(
                                List.of(
                                        service,
                                        service + ".default",
                                        service + ".default.svc.cluster.local",
                                        service + ".example"));
        String path = any(PATHS);
        if (isSeldom()) {
            path = path + any(List.of("/", "x", "%2e", ";v=1", "//c"));
        }
        var query = new ArrayList<String>();
        for (String name : QUERIES) {
            if (isSeldom()) {
                query.add(isSeldom() ? name : name + "=" + any(WORDS));
            }
        }
        if (!query.isEmpty()) {
            path = path + "?" + String.join("&", query);
        }
        var headers = new TreeMap<String, String>();
        for (String name : HEADERS) {
            if (random.nextInt(3) == 0) {
                headers.put(name, any(WORDS));
            }
        }
        if (isSeldom()) {
            String[] special = any(SPECIAL).split("=", 2);
            headers.put(special[0], special[1]);
            if (special[0].equals("origin") && isOften()) {
                headers.put("access-control-request-method", any(METHODS));
            }
        }
        String port = isSeldom() ? "" : ":9080";
        return new TwoPlanes.Asked(any(METHODS), "http://" + host + port + path, headers);
    }

    private String destinationRule(String service) {
        String subsets =
                Stream.of("v1", "v2")
                        .filter(_ -> isOften())
                        .map(version ->
                                map("name: " + version, "labels: " + map("version: " + version)))
                        .collect(Collectors.joining(", ", "[", "]"));
        return resource("DestinationRule", service, "host: " + service, "subsets: " + subsets);
    }

    private String virtualService(String service, String suffix) {
        var rules = new ArrayList<String>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            rules.add(rule(i));
        }
        boolean isWide = service.equals("*");
        List<String> hosts =
                isWide
                        ? List.of("*.default.svc.cluster.local", "*.example")
                        : role == Role.GATEWAY
                                ? List.of(
                                        service + ".example",
                                        service + ".example",
                                        service + ".default")
                                : List.of(service, service + ".default.svc.cluster.local");
        return resource(
                "VirtualService",
                isWide ? suffix : service + suffix,
                "hosts: [" + quoted(any(hosts)) + "]",
                "gateways: " + gateways(),
                "http: " + list(rules));
    }

    private String gateways() {
        return role == Role.GATEWAY ? any(List.of("[door]", "[door]", "[door, mesh]")) : "[mesh]";
    }

    private static String resource(String kind, String name, String... spec) {
        return "apiVersion: networking.istio.io/v1\nkind: %s\nmetadata: {name: %s, namespace: default}\nspec: %s\n"
                .formatted(kind, name, map(spec));
    }

    private String rule(int number) {
        var parts = new ArrayList<String>();
        parts.add("name: r" + number);
        int matches = random.nextInt(4);
        if (matches > 0) {
            parts.add("match: " + list(Stream.generate(this::match).limit(matches).toList()));
        }
        switch (random.nextInt(8)) {
            case 0 -> parts.add("redirect: " + redirect());
            case 1 ->
                    parts.add(
                            "directResponse: "
                                    + map(
                                            "status: " + any(List.of("200", "403", "418", "503")),
                                            "body: " + map("string: " + quoted(any(WORDS)))));
            default -> {
                parts.add("route: " + list(List.of(destination())));
                if (isSeldom()) {
                    parts.add("rewrite: " + rewrite());
                }
                if (isSeldom()) {
                    parts.add("timeout: " + any(List.of("5s", "10s", "0s")));
                }
                if (isSeldom()) {
                    parts.add(
                            "retries: "
                                    + map(
                                            "attempts: " + random.nextInt(4),
                                            "retryOn: " + quoted("5xx,connect-failure")));
                }
            }
        }
        if (random.nextInt(3) == 0) {
            parts.add("headers: " + headers());
        }
        if (isSeldom()) {
            parts.add("fault: " + fault());
        }
        if (isSeldom()) {
            parts.add("corsPolicy: " + corsPolicy());
        }
        return map(parts);
    }

    private String fault() {
        String percentage = "percentage: " + map("value: " + any(List.of("100", "0")));
        String what =
                isOften()
                        ? "httpStatus: " + any(List.of("400", "429", "503", "555"))
                        : "grpcStatus: UNAVAILABLE";
        return map("abort: " + map(what, percentage));
    }

    private String corsPolicy() {
        var parts = new ArrayList<String>();
        parts.add(
                "allowOrigins: "
                        + list(
                                List.of(
                                        any(
                                                List.of(
                                                        exact("http://one.example"),
                                                        prefix("http://o"),
                                                        regex("http://.*[.]example"))))));
        if (isOften()) {
            parts.add("allowMethods: [GET, PUT]");
        }
        if (isSeldom()) {
            parts.add("allowHeaders: [x-a, x-b]");
        }
        if (isSeldom()) {
            parts.add("exposeHeaders: [x-c]");
        }
        if (isSeldom()) {
            parts.add("maxAge: 60s");
        }
        if (isSeldom()) {
            parts.add("allowCredentials: " + any(List.of("true", "false")));
        }
        return map(parts);
    }

    private String match() {
        var parts = new ArrayList<String>();
        if (isOften()) {
            parts.add("uri: " + pathMatch());
            if (isSeldom()) {
                parts.add("ignoreUriCase: true");
            }
        }
        if (isSeldom()) {
            parts.add("method: " + (isOften() ? exact(any(METHODS)) : regex("(GET|PUT)")));
        }
        if (isSeldom()) {
            parts.add("authority: " + authorityMatch());
        }
        if (isSeldom()) {
            parts.add("scheme: " + exact(isOften() ? "http" : "https"));
        }
        if (isSeldom()) {
            parts.add("port: " + (isOften() ? "9080" : "80"));
        }
        if (isSeldom()) {
            parts.add("sourceLabels: " + map("app: " + (isOften() ? "caller" : "other")));
        }
        addConditions("headers", HEADERS, true, parts);
        addConditions("withoutHeaders", HEADERS, true, parts);
        addConditions("queryParams", QUERIES, false, parts);
        return parts.isEmpty() ? map("uri: " + pathMatch()) : map(parts);
    }

    private void addConditions(
            String field, List<String> names, boolean mayBePresent, List<String> parts) {
        var conditions = new ArrayList<String>();
        for (String name : names) {
            if (random.nextInt(8) == 0) {
                conditions.add(name + ": " + wordMatch(mayBePresent));
            }
        }
        if (!conditions.isEmpty()) {
            parts.add(field + ": " + map(conditions));
        }
    }

    private String pathMatch() {
        return switch (random.nextInt(3)) {
            case 0 -> exact(any(PATHS));
            case 1 -> prefix(any(PATHS));
            default -> regex(any(EXPRESSIONS));
        };
    }

    private String authorityMatch() {
        String host = any(CALLED);
        return switch (random.nextInt(3)) {
            case 0 -> exact(host + ":9080");
            case 1 -> prefix(host);
            default -> regex(host + ".*");
        };
    }

    private String wordMatch(boolean mayBePresent) {
        return switch (random.nextInt(mayBePresent ? 4 : 3)) {
            case 0 -> exact(any(WORDS));
            case 1 -> regex(any(WORD_EXPRESSIONS));
            case 2 -> prefix(any(WORDS));
            default -> "{}";
        };
    }

    private String destination() {
        String service = any(SERVICES);
        var parts = new ArrayList<String>();
        var of = new ArrayList<String>();
        of.add("host: " + service);
        if (CALLED.contains(service) && isOften()) {
            of.add("subset: " + any(List.of("v1", "v1", "v2")));
        } else {
            of.set(0, "host: " + service + ".default.svc.cluster.local");
        }
        parts.add("destination: " + map(of));
        if (isSeldom()) {
            parts.add("headers: " + headers());
        }
        return map(parts);
    }

    private String redirect() {
        var parts = new ArrayList<String>();
        if (isOften()) {
            parts.add("uri: " + quoted(any(PATHS)));
        }
        if (isSeldom() || parts.isEmpty()) {
            parts.add("authority: elsewhere.example");
        }
        if (isSeldom()) {
            parts.add("scheme: https");
        }
        if (isSeldom()) {
            parts.add("port: 8443");
        }
        parts.add("redirectCode: " + any(CODES));
        return map(parts);
    }

    private String rewrite() {
        var parts = new ArrayList<String>();
        switch (random.nextInt(3)) {
            case 0 -> parts.add("uri: " + quoted(any(PATHS)));
            case 1 ->
                    parts.add(
                            "uriRegexRewrite: "
                                    + map(
                                            "match: " + quoted("^/(a|b)/?(.*)$"),
                                            "rewrite: " + quoted("/new/\\2/\\1")));
            default -> {
                // The host alone.
            }
        }
        if (parts.isEmpty() || isSeldom()) {
            parts.add("authority: other.example");
        }
        return map(parts);
    }

    private String headers() {
        var parts = new ArrayList<String>();
        if (isOften()) {
            parts.add("request: " + edits());
        }
        if (isOften() || parts.isEmpty()) {
            parts.add("response: " + edits());
        }
        return map(parts);
    }

    private String edits() {
        var parts = new ArrayList<String>();
        if (isOften()) {
            parts.add("set: " + map(any(HEADERS) + ": " + any(List.of("set", "\"%REQ(x-b)%\""))));
        }
        if (isSeldom()) {
            parts.add("add: " + map("x-added: " + any(List.of("more", "\"a b\""))));
        }
        if (isSeldom() || parts.isEmpty()) {
            parts.add("remove: [" + any(HEADERS) + "]");
        }
        return map(parts);
    }

    private static String exact(String text) {
        return map("exact: " + quoted(text));
    }

    private static String prefix(String text) {
        return map("prefix: " + quoted(text));
    }

    private static String regex(String text) {
        return map("regex: " + quoted(text));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String map(String... parts) {
        return map(List.of(parts));
    }

    private static String map(List<String> parts) {
        return "{" + String.join(", ", parts) + "}";
    }

    private static String list(List<String> parts) {
        return "[" + String.join(", ", parts) + "]";
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private boolean isOften() {
        return random.nextInt(4) != 0;
    }

    private boolean isSeldom() {
        return random.nextInt(5) == 0;
    }
}

package dev.heddle.e2e;

import static dev.heddle.e2e.FlowYaml.exact;
import static dev.heddle.e2e.FlowYaml.list;
import static dev.heddle.e2e.FlowYaml.map;
import static dev.heddle.e2e.FlowYaml.prefix;
import static dev.heddle.e2e.FlowYaml.quoted;
import static dev.heddle.e2e.FlowYaml.regex;
import static dev.heddle.e2e.FlowYaml.resource;

import dev.heddle.compiler.world.ProxyScope.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Virtual services and destination rules that nobody would write, and requests that they are
/// about: both are made of the same few words, so that most requests come near some rule. What is
/// left to chance at run time, as weights are, is not among them.
final class RandomRules {
    /// The services that there are. Each has one host, so that nobody chooses.
    static final List<String> SERVICES =
            List.of("reviews", "ratings", "details", "one", "two", "three", "four", "five", "six");

    /// Those that are called, and have rules.
    static final List<String> CALLED = SERVICES.subList(0, 3);

    /// A service with several hosts, of which a request's key chooses one.
    static final String MANY = "many";

    /// Who gets copies, and nothing else.
    static final String COPY = "copy";

    static final List<String> PATHS =
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
    static final List<String> WORDS = List.of("one", "two", "three", "One", "on", "1");
    private static final List<String> WORD_EXPRESSIONS =
            List.of("o.*", "(one|two)", "[a-z]+", "t.*e", ".+");
    static final List<String> HEADERS = List.of("x-a", "x-b", "end-user", "user-agent");

    static final List<String> QUERIES = List.of("q", "page", "lang");
    static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final List<String> CODES = List.of("301", "302", "303", "307", "308");

    private final Dice dice;
    private final Role role;

    /// Delegates of the virtual service that is being made.
    private final List<String> delegates = new ArrayList<>();

    /// @param role of the proxy that is called
    RandomRules(Role role, Dice dice) {
        this.role = role;
        this.dice = dice;
    }

    /// YAML of a mesh.
    String rules() {
        var policies = new RandomPolicies(dice);
        var documents = new ArrayList<String>();
        documents.add(policies.hashed(MANY));
        for (String service : CALLED) {
            if (dice.isOften()) {
                documents.add(policies.destinationRule(service));
            }
            if (dice.isOften()) {
                documents.add(virtualService(service, ""));
            }
            if (dice.isSeldom()) {
                documents.add(virtualService(service, "-again"));
            }
        }
        if (dice.isSeldom()) {
            documents.add(virtualService("*", "wide"));
        }
        documents.addAll(new RandomBorders(dice).resources(role));
        documents.addAll(
                role == Role.GATEWAY
                        ? new RandomDoors(dice).resources()
                        : new RandomWires(dice).resources());
        documents.addAll(delegates);
        delegates.clear();
        return String.join("\n---\n", documents);
    }

    private String virtualService(String service, String suffix) {
        var rules = new ArrayList<String>();
        int count = 1 + dice.below(6);
        for (int i = 0; i < count; i++) {
            rules.add(dice.below(12) == 0 ? delegating(service + suffix, i) : rule(i));
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
                "hosts: [" + quoted(dice.any(hosts)) + "]",
                "gateways: " + gateways(),
                "http: " + list(rules));
    }

    /// A rule whose requests another virtual service takes.
    private String delegating(String name, int number) {
        String other = name.replace("*", "") + "-more" + number;
        delegates.add(
                resource(
                        "VirtualService",
                        other,
                        "http: " + list(List.of(rule(number), rule(number + 1)))));
        return map(
                "name: d" + number,
                "match: " + list(List.of(map("uri: " + prefix(dice.any(PATHS))))),
                "delegate: {name: " + other + "}");
    }

    private String gateways() {
        return role == Role.GATEWAY
                ? dice.any(
                        List.of(
                                "[door]",
                                "[door, mesh]",
                                "[door, side]",
                                "[door, back]",
                                "[door, side, back]",
                                "[side, back]"))
                : "[mesh]";
    }

    private String rule(int number) {
        var parts = new ArrayList<String>();
        parts.add("name: r" + number);
        int matches = dice.below(4);
        if (matches > 0) {
            parts.add("match: " + list(Stream.generate(this::match).limit(matches).toList()));
        }
        switch (dice.below(8)) {
            case 0 -> parts.add("redirect: " + redirect());
            case 1 ->
                    parts.add(
                            "directResponse: "
                                    + map(
                                            "status: "
                                                    + dice.any(List.of("200", "403", "418", "503")),
                                            "body: " + map("string: " + quoted(dice.any(WORDS)))));
            default -> {
                parts.add("route: " + list(List.of(destination())));
                if (dice.isSeldom()) {
                    parts.add("rewrite: " + rewrite());
                }
                if (dice.isSeldom()) {
                    parts.add("timeout: " + dice.any(List.of("5s", "10s", "0s")));
                }
                if (dice.isSeldom()) {
                    parts.add("retries: " + retries());
                }
                if (dice.isSeldom()) {
                    parts.add(
                            dice.isOften()
                                    ? "mirror: {host: " + COPY + "}"
                                    : "mirrors: [{destination: {host: "
                                            + COPY
                                            + "}, percentage: {value: 100}}]");
                }
            }
        }
        if (dice.below(3) == 0) {
            parts.add("headers: " + headers());
        }
        if (dice.isSeldom()) {
            parts.add("fault: " + fault());
        }
        if (dice.isSeldom()) {
            parts.add("corsPolicy: " + corsPolicy());
        }
        return map(parts);
    }

    private String retries() {
        var parts = new ArrayList<String>();
        parts.add("attempts: " + dice.below(4));
        if (dice.isOften()) {
            parts.add(
                    "retryOn: "
                            + quoted(
                                    dice.any(
                                            List.of(
                                                    "5xx,connect-failure",
                                                    "gateway-error,refused-stream",
                                                    "retriable-4xx",
                                                    "429,503",
                                                    "reset,unavailable"))));
        }
        if (dice.isSeldom()) {
            parts.add("perTryTimeout: 5s");
        }
        if (dice.isSeldom()) {
            parts.add("backoff: 2ms");
        }
        if (dice.isSeldom()) {
            parts.add("retryIgnorePreviousHosts: " + dice.any(List.of("true", "false")));
        }
        return map(parts);
    }

    private String fault() {
        String percentage = "percentage: " + map("value: " + dice.any(List.of("100", "0")));
        String what =
                dice.isOften()
                        ? "httpStatus: " + dice.any(List.of("400", "429", "503", "555"))
                        : "grpcStatus: UNAVAILABLE";
        return map("abort: " + map(what, percentage));
    }

    private String corsPolicy() {
        var parts = new ArrayList<String>();
        parts.add(
                "allowOrigins: "
                        + list(
                                List.of(
                                        dice.any(
                                                List.of(
                                                        exact("http://one.example"),
                                                        prefix("http://o"),
                                                        regex("http://.*[.]example"))))));
        if (dice.isOften()) {
            parts.add("allowMethods: [GET, PUT]");
        }
        if (dice.isSeldom()) {
            parts.add("allowHeaders: [x-a, x-b]");
        }
        if (dice.isSeldom()) {
            parts.add("exposeHeaders: [x-c]");
        }
        if (dice.isSeldom()) {
            parts.add("maxAge: 60s");
        }
        if (dice.isSeldom()) {
            parts.add("allowCredentials: " + dice.any(List.of("true", "false")));
        }
        return map(parts);
    }

    private String match() {
        var parts = new ArrayList<String>();
        if (dice.isOften()) {
            parts.add("uri: " + pathMatch());
            if (dice.isSeldom()) {
                parts.add("ignoreUriCase: true");
            }
        }
        if (dice.isSeldom()) {
            parts.add(
                    "method: " + (dice.isOften() ? exact(dice.any(METHODS)) : regex("(GET|PUT)")));
        }
        if (dice.isSeldom()) {
            parts.add("authority: " + authorityMatch());
        }
        if (dice.isSeldom()) {
            parts.add("scheme: " + exact(dice.isOften() ? "http" : "https"));
        }
        if (dice.isSeldom()) {
            parts.add("port: " + (dice.isOften() ? "9080" : "80"));
        }
        if (dice.isSeldom()) {
            parts.add("sourceLabels: " + map("app: " + (dice.isOften() ? "caller" : "other")));
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
            if (dice.below(8) == 0) {
                conditions.add(name + ": " + wordMatch(mayBePresent));
            }
        }
        if (!conditions.isEmpty()) {
            parts.add(field + ": " + map(conditions));
        }
    }

    private String pathMatch() {
        return switch (dice.below(3)) {
            case 0 -> exact(dice.any(PATHS));
            case 1 -> prefix(dice.any(PATHS));
            default -> regex(dice.any(EXPRESSIONS));
        };
    }

    private String authorityMatch() {
        String host = dice.any(CALLED);
        return switch (dice.below(3)) {
            case 0 -> exact(host + ":9080");
            case 1 -> prefix(host);
            default -> regex(host + ".*");
        };
    }

    private String wordMatch(boolean mayBePresent) {
        return switch (dice.below(mayBePresent ? 4 : 3)) {
            case 0 -> exact(dice.any(WORDS));
            case 1 -> regex(dice.any(WORD_EXPRESSIONS));
            case 2 -> prefix(dice.any(WORDS));
            default -> "{}";
        };
    }

    private String destination() {
        String service = dice.any(SERVICES);
        var parts = new ArrayList<String>();
        var of = new ArrayList<String>();
        of.add("host: " + service);
        if (dice.below(12) == 0) {
            of.set(0, "host: " + dice.any(List.of(MANY, "out.example.org")));
            return map("destination: " + map(of));
        }
        if (CALLED.contains(service) && dice.isOften()) {
            of.add("subset: " + dice.any(List.of("v1", "v1", "v2")));
        } else {
            of.set(0, "host: " + service + ".default.svc.cluster.local");
        }
        parts.add("destination: " + map(of));
        if (dice.isSeldom()) {
            parts.add("headers: " + headers());
        }
        return map(parts);
    }

    private String redirect() {
        var parts = new ArrayList<String>();
        if (dice.isOften()) {
            parts.add("uri: " + quoted(dice.any(PATHS)));
        }
        if (dice.isSeldom() || parts.isEmpty()) {
            parts.add("authority: elsewhere.example");
        }
        if (dice.isSeldom()) {
            parts.add("scheme: https");
        }
        if (dice.isSeldom()) {
            parts.add("port: 8443");
        }
        parts.add("redirectCode: " + dice.any(CODES));
        return map(parts);
    }

    private String rewrite() {
        var parts = new ArrayList<String>();
        switch (dice.below(3)) {
            case 0 -> parts.add("uri: " + quoted(dice.any(PATHS)));
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
        if (parts.isEmpty() || dice.isSeldom()) {
            parts.add("authority: other.example");
        }
        return map(parts);
    }

    private String headers() {
        var parts = new ArrayList<String>();
        if (dice.isOften()) {
            parts.add("request: " + edits());
        }
        if (dice.isOften() || parts.isEmpty()) {
            parts.add("response: " + edits());
        }
        return map(parts);
    }

    private String edits() {
        var parts = new ArrayList<String>();
        if (dice.isOften()) {
            parts.add(
                    "set: "
                            + map(
                                    dice.any(HEADERS)
                                            + ": "
                                            + dice.any(List.of("set", "\"%REQ(x-b)%\""))));
        }
        if (dice.isSeldom()) {
            parts.add("add: " + map("x-added: " + dice.any(List.of("more", "\"a b\""))));
        }
        if (dice.isSeldom() || parts.isEmpty()) {
            parts.add("remove: [" + dice.any(HEADERS) + "]");
        }
        return map(parts);
    }
}

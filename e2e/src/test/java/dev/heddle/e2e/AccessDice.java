package dev.heddle.e2e;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Policies and requests by chance, and what Istio's documentation says of them: an oracle that
/// shares no line with what it judges.
///
/// @param random where chance comes from
record AccessDice(RandomGenerator random) {
    private static final Map<String, List<String>> VALUES = values();

    private static Map<String, List<String>> values() {
        var all = new LinkedHashMap<String, List<String>>();
        all.put(
                "principals",
                List.of(
                        "cluster.local/ns/a/sa/x",
                        "cluster.local/ns/a/*",
                        "*/sa/x",
                        "*",
                        "other/ns/b/sa/y"));
        all.put("namespaces", List.of("a", "b", "a*", "*b", "*"));
        all.put("trustDomains", List.of("cluster.local", "other", "*", "o*", "*er"));
        all.put("requestPrincipals", List.of("iss/ann", "iss/*", "*/ann", "*", "iss/b*"));
        all.put("ipBlocks", List.of("10.0.0.1", "10.0.0.0/24", "10.0.0.0/8", "fd00::/8"));
        all.put("remoteIpBlocks", List.of("10.0.0.2", "10.0.0.0/31", "fd00::1"));
        all.put("hosts", List.of("shop", "SHOP:80", "*.Example", "sh*", "*"));
        all.put("ports", List.of("80", "8080"));
        all.put("methods", List.of("GET", "POST", "P*", "*T", "*"));
        all.put("paths", List.of("/", "/a", "/a/*", "*/c", "*", "/a/{*}", "/a/{**}", "/{*}/c"));
        all.put("request.headers[x-a]", List.of("1", "*2", "3*", "*"));
        all.put("request.auth.claims[groups]", List.of("g1", "g*", "*2"));
        all.put("request.auth.claims[n][m]", List.of("v1", "v2"));
        all.put("request.auth.audiences", List.of("aud1", "aud*"));
        all.put("request.auth.presenter", List.of("azp1", "*"));
        all.put("source.ip", List.of("10.0.0.1/32", "10.0.0.0/30"));
        all.put("destination.port", List.of("80", "8080"));
        all.put("destination.ip", List.of("10.1.0.1", "10.1.0.0/16"));
        all.put("connection.sni", List.of("one", "*.two", "*"));
        all.put("source.namespace", List.of("a", "b"));
        all.put("source.principal", List.of("cluster.local/ns/a/sa/x", "*y"));
        return all;
    }

    private static final List<String> SOURCES =
            List.of(
                    "principals",
                    "namespaces",
                    "trustDomains",
                    "requestPrincipals",
                    "ipBlocks",
                    "remoteIpBlocks");
    private static final List<String> OPERATIONS = List.of("hosts", "ports", "methods", "paths");
    private static final List<String> WHENS =
            VALUES.keySet().stream().filter(key -> key.contains(".")).toList();

    /// One of some values, and none of others.
    record Field(String name, List<String> values, List<String> not) {}

    record Rule(List<List<Field>> from, List<List<Field>> to, List<Field> when) {}

    record Policy(String name, String action, boolean isTried, List<Rule> rules) {}

    /// @param caller the name that it proved; empty for none
    record Call(
            String caller,
            String from,
            String client,
            String to,
            int port,
            String serverName,
            String method,
            String host,
            String path,
            Optional<String> header,
            Map<String, Object> claims) {}

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private List<String> some(String name, int most) {
        var some = new ArrayList<String>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            some.add(one(VALUES.getOrDefault(name, List.of())));
        }
        return some.stream().distinct().toList();
    }

    private List<Field> fields(List<String> names, int most) {
        var fields = new LinkedHashMap<String, Field>();
        for (int i = 1 + random.nextInt(most); i > 0; i--) {
            String name = one(names);
            List<String> values = some(name, 2);
            List<String> not = some(name, 1);
            if (!values.isEmpty() || !not.isEmpty()) {
                fields.put(
                        name,
                        new Field(
                                name,
                                values,
                                random.nextInt(3) == 0 ? not : values.isEmpty() ? not : List.of()));
            }
        }
        return List.copyOf(fields.values());
    }

    private List<List<Field>> alternatives(List<String> names) {
        var all = new ArrayList<List<Field>>();
        for (int i = random.nextInt(3); i > 0; i--) {
            List<Field> fields = fields(names, 2);
            if (!fields.isEmpty()) {
                all.add(fields);
            }
        }
        return all;
    }

    List<Policy> policies() {
        var policies = new ArrayList<Policy>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            String action = one(List.of("ALLOW", "ALLOW", "DENY", "AUDIT"));
            var rules = new ArrayList<Rule>();
            // One that refuses needs a rule, or it refuses nobody.
            for (int r = random.nextInt(4) + (action.equals("DENY") ? 1 : 0); r > 0; r--) {
                rules.add(
                        new Rule(
                                alternatives(SOURCES),
                                alternatives(OPERATIONS),
                                random.nextInt(3) == 0 ? fields(WHENS, 2) : List.of()));
            }
            boolean isTried = !action.equals("AUDIT") && random.nextInt(6) == 0;
            policies.add(new Policy("p" + i, action, isTried, rules));
        }
        return policies;
    }

    Call call() {
        var claims = new LinkedHashMap<String, Object>();
        if (random.nextInt(3) > 0) {
            claims.put("iss", one(List.of("iss", "elsewhere")));
            claims.put("sub", one(List.of("ann", "bob")));
            claims.put("aud", one(List.<Object>of("aud1", List.of("aud2", "other"))));
            claims.put("groups", one(List.<Object>of("g1", List.of("g2", "h"), "h2", 1.0)));
            claims.put("n", Map.of("m", one(List.of("v1", "v3"))));
            if (random.nextBoolean()) {
                claims.put("azp", one(List.of("azp1", "azp2")));
            }
        }
        return new Call(
                one(
                        List.of(
                                "",
                                "spiffe://cluster.local/ns/a/sa/x",
                                "spiffe://cluster.local/ns/ab/sa/y",
                                "spiffe://other/ns/b/sa/y")),
                one(List.of("10.0.0.1", "10.0.0.2", "10.9.0.1", "fd00::1")),
                one(List.of("10.0.0.1", "10.0.0.2", "192.0.2.1", "fd00::1")),
                one(List.of("10.1.0.1", "10.2.0.1")),
                one(List.of(80, 8080, 9090)),
                one(List.of("", "one", "a.two")),
                one(List.of("GET", "POST", "PUT", "DELETE")),
                one(List.of("shop", "shop:80", "Shop", "a.example", "other")),
                one(List.of("/", "/a", "/a/b", "/a/b/c", "/x/c", "/a/c", "/b?x=/a")),
                one(
                        List.of(
                                Optional.<String>empty(),
                                Optional.of("1"),
                                Optional.of("12"),
                                Optional.of("30"))),
                claims);
    }

    static String yaml(List<Policy> policies) {
        var out = new StringBuilder();
        for (Policy policy : policies) {
            out.append(
                            "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata:\n  name: ")
                    .append(policy.name())
                    .append("\n  namespace: default\n");
            if (policy.isTried()) {
                out.append("  annotations: {istio.io/dry-run: \"true\"}\n");
            }
            out.append("spec:\n  action: ").append(policy.action()).append('\n');
            out.append(policy.rules().isEmpty() ? "" : "  rules:\n");
            for (Rule rule : policy.rules()) {
                String before = "    - ";
                if (!rule.from().isEmpty()) {
                    out.append(before).append("from:\n");
                    before = "      ";
                    rule.from()
                            .forEach(it ->
                                    out.append("        - source: ").append(flow(it)).append('\n'));
                }
                if (!rule.to().isEmpty()) {
                    out.append(before).append("to:\n");
                    before = "      ";
                    rule.to()
                            .forEach(it ->
                                    out.append("        - operation: ")
                                            .append(flow(it))
                                            .append('\n'));
                }
                if (!rule.when().isEmpty()) {
                    out.append(before).append("when:\n");
                    before = "      ";
                    for (Field field : rule.when()) {
                        out.append("        - {key: \"").append(field.name()).append('"');
                        if (!field.values().isEmpty()) {
                            out.append(", values: ").append(list(field.values()));
                        }
                        if (!field.not().isEmpty()) {
                            out.append(", notValues: ").append(list(field.not()));
                        }
                        out.append("}\n");
                    }
                }
                if (before.equals("    - ")) {
                    out.append("    - {}\n");
                }
            }
        }
        return out.toString();
    }

    private static String flow(List<Field> fields) {
        var parts = new ArrayList<String>();
        for (Field field : fields) {
            if (!field.values().isEmpty()) {
                parts.add(field.name() + ": " + list(field.values()));
            }
            if (!field.not().isEmpty()) {
                String name = field.name();
                parts.add(
                        "not"
                                + name.substring(0, 1).toUpperCase(Locale.ROOT)
                                + name.substring(1)
                                + ": "
                                + list(field.not()));
            }
        }
        return "{" + String.join(", ", parts) + "}";
    }

    private static String list(List<String> values) {
        return "[" + String.join(", ", values.stream().map(it -> "\"" + it + "\"").toList()) + "]";
    }

    /// Whether a call may be made.
    static boolean allows(List<Policy> policies, Call call) {
        boolean isRestricted = false;
        boolean isAllowed = false;
        for (Policy policy : policies) {
            if (policy.isTried()) {
                continue;
            }
            boolean matches = policy.rules().stream().anyMatch(rule -> matches(rule, call));
            if (policy.action().equals("DENY") && matches) {
                return false;
            }
            isRestricted |= policy.action().equals("ALLOW");
            isAllowed |= policy.action().equals("ALLOW") && matches;
        }
        return isAllowed || !isRestricted;
    }

    private static boolean matches(Rule rule, Call call) {
        return (rule.from().isEmpty() || rule.from().stream().anyMatch(it -> all(it, call)))
                && (rule.to().isEmpty() || rule.to().stream().anyMatch(it -> all(it, call)))
                && all(rule.when(), call);
    }

    private static boolean all(List<Field> fields, Call call) {
        return fields.stream()
                .allMatch(field ->
                        (field.values().isEmpty()
                                        || field.values().stream()
                                                .anyMatch(it -> is(field.name(), it, call)))
                                && field.not().stream()
                                        .noneMatch(it -> is(field.name(), it, call)));
    }

    private static boolean is(String field, String value, Call call) {
        String[] id = call.caller().split("/", -1);
        return switch (field) {
            case "principals", "source.principal" ->
                    !call.caller().isEmpty()
                            && text(value, call.caller().substring("spiffe://".length()));
            case "namespaces", "source.namespace" -> id.length > 4 && text(value, id[4]);
            case "trustDomains" -> id.length > 4 && text(value, id[2]);
            case "requestPrincipals" ->
                    !call.claims().isEmpty()
                            && text(
                                    value,
                                    call.claims().get("iss") + "/" + call.claims().get("sub"));
            case "ipBlocks", "source.ip" -> within(value, call.from());
            case "remoteIpBlocks" -> within(value, call.client());
            case "destination.ip" -> within(value, call.to());
            case "ports", "destination.port" -> Integer.parseInt(value) == call.port();
            case "hosts" ->
                    text(value.toLowerCase(Locale.ROOT), call.host().toLowerCase(Locale.ROOT));
            case "methods" -> text(value, call.method());
            case "paths" -> path(value, call.path().split("\\?", -1)[0]);
            case "connection.sni" -> text(value, call.serverName());
            case "request.headers[x-a]" -> call.header().filter(it -> text(value, it)).isPresent();
            case "request.auth.claims[groups]" -> claim(value, call.claims().get("groups"));
            case "request.auth.claims[n][m]" ->
                    claim(value, call.claims().get("n") instanceof Map<?, ?> n ? n.get("m") : "");
            case "request.auth.audiences" -> claim(value, call.claims().get("aud"));
            case "request.auth.presenter" -> claim(value, call.claims().get("azp"));
            default -> throw new IllegalArgumentException(field);
        };
    }

    private static boolean claim(String value, @Nullable Object found) {
        if (found instanceof List<?> list) {
            return list.stream().anyMatch(it -> it instanceof String text && text(value, text));
        }
        return found instanceof String text && text(value, text);
    }

    private static boolean text(String pattern, String text) {
        if (pattern.equals("*")) {
            return !text.isEmpty();
        }
        if (pattern.startsWith("*")) {
            return text.endsWith(pattern.substring(1));
        }
        return pattern.endsWith("*")
                ? text.startsWith(pattern.substring(0, pattern.length() - 1))
                : text.equals(pattern);
    }

    private static boolean path(String pattern, String path) {
        if (!pattern.contains("{")) {
            return text(pattern, path);
        }
        String[] wanted = pattern.split("/", -1);
        String[] parts = path.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("{**}")) {
                return i < parts.length;
            }
            boolean fits =
                    i < parts.length
                            && (wanted[i].equals("{*}")
                                    ? !parts[i].isEmpty()
                                    : wanted[i].equals(parts[i]));
            if (!fits) {
                return false;
            }
        }
        return wanted.length == parts.length;
    }

    private static boolean within(String range, String address) {
        return switch (range) {
            case "10.0.0.1", "10.0.0.1/32" -> address.equals("10.0.0.1");
            case "10.0.0.2" -> address.equals("10.0.0.2");
            case "10.1.0.1" -> address.equals("10.1.0.1");
            case "10.0.0.0/31" -> address.equals("10.0.0.1");
            case "10.0.0.0/24", "10.0.0.0/30" -> address.startsWith("10.0.0.");
            case "10.0.0.0/8" -> address.startsWith("10.");
            case "10.1.0.0/16" -> address.startsWith("10.1.");
            case "fd00::/8", "fd00::1" -> address.equals("fd00::1");
            default -> throw new IllegalArgumentException(range);
        };
    }
}

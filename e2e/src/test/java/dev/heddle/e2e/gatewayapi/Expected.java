package dev.heddle.e2e.gatewayapi;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heddle.e2e.Answer;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What the suite expects of an answer, and of the request as the echo server saw it. What is not
/// said is as in the suite's own program: status 200, method GET, and the request arrives as it was
/// made.
record Expected(JsonObject said) {
    private static final Set<Integer> REDIRECTS = Set.of(300, 301, 302, 303, 304, 305, 307, 308);
    private static final Set<Integer> TIMEOUTS = Set.of(408, 504);

    JsonObject request() {
        return object(said, "request");
    }

    /// Why the answer is not what was expected; empty when it is.
    Optional<String> problem(Answer answer, Material material) {
        List<Integer> statuses = statuses();
        if (TIMEOUTS.contains(answer.status()) && statuses.stream().anyMatch(TIMEOUTS::contains)) {
            return Optional.empty();
        }
        if (!statuses.contains(answer.status())) {
            return Optional.of(
                    "status " + answer.status() + " (expected: " + statuses + "): " + answer);
        }
        if (answer.status() == 200 || answer.status() == 204) {
            return served(answer, material);
        }
        return REDIRECTS.contains(answer.status()) && said.has("redirectRequest")
                ? redirected(answer)
                : Optional.empty();
    }

    private List<Integer> statuses() {
        JsonObject response = object(said, "response");
        var statuses = new ArrayList<Integer>();
        if (response.has("statusCode")) {
            statuses.add(response.get("statusCode").getAsInt());
        }
        if (response.has("statusCodes")) {
            response.getAsJsonArray("statusCodes").forEach(it -> statuses.add(it.getAsInt()));
        }
        return statuses.isEmpty() ? List.of(200) : statuses;
    }

    private Optional<String> served(Answer answer, Material material) {
        boolean isEcho = answer.header("content-type").equals(Optional.of("application/json"));
        JsonObject seen =
                isEcho ? JsonParser.parseString(answer.body()).getAsJsonObject() : new JsonObject();
        boolean isApart = said.has("expectedRequest") && said.get("expectedRequest").isJsonObject();
        JsonObject expected =
                isApart ? object(object(said, "expectedRequest"), "request") : request();
        var problems = new Problems();
        problems.same("host", text(expected, "host"), text(seen, "host"), true);
        problems.same("path", text(expected, "path"), text(seen, "path"), false);
        String method = text(expected, "method").isEmpty() ? "GET" : text(expected, "method");
        problems.same(
                "method", method, isEcho ? text(seen, "method") : text(request(), "method"), false);
        problems.same("namespace", text(said, "namespace"), text(seen, "namespace"), false);
        Map<String, String> arrived = headers(object(seen, "headers"));
        texts(object(expected, "headers"))
                .forEach((name, value) ->
                        problems.same(
                                "request header " + name,
                                value,
                                arrived.getOrDefault(name.toLowerCase(Locale.ROOT), "<absent>"),
                                false));
        for (String name : names(object(said, "expectedRequest"), "absentHeaders")) {
            problems.same(
                    "request header " + name,
                    "<absent>",
                    arrived.getOrDefault(name.toLowerCase(Locale.ROOT), "<absent>"),
                    false);
        }
        response(answer, problems);
        if (!text(seen, "pod").startsWith(text(said, "backend"))) {
            problems.add("pod " + text(seen, "pod") + " (expected: " + text(said, "backend") + ")");
        }
        problems.same("SNI", text(expected, "sni"), text(object(seen, "tls"), "serverName"), true);
        clientCertificate(expected, seen, material).ifPresent(problems::add);
        return problems.all();
    }

    private static Optional<String> clientCertificate(
            JsonObject expected, JsonObject seen, Material material) {
        if (!expected.has("clientCert")) {
            return Optional.empty();
        }
        JsonObject call = expected.getAsJsonObject("clientCert");
        JsonArray args = call.getAsJsonArray("args");
        String wanted =
                EchoPods.told(
                        material.pair(Steps.name(args.get(args.size() - 1).getAsJsonObject()))
                                .chain());
        JsonObject tls = object(seen, "tls");
        List<String> shown =
                tls.has("peerCertificates")
                        ? tls.getAsJsonArray("peerCertificates").asList().stream()
                                .map(JsonElement::getAsString)
                                .toList()
                        : List.of();
        return shown.contains(wanted)
                ? Optional.empty()
                : Optional.of("the client certificate was not shown: " + shown);
    }

    private void response(Answer answer, Problems problems) {
        JsonObject response = object(said, "response");
        boolean ignoresSpace =
                response.has("ignoreWhitespace") && response.get("ignoreWhitespace").getAsBoolean();
        texts(object(response, "headers"))
                .forEach((name, value) ->
                        problems.same(
                                "response header " + name,
                                spaced(value, ignoresSpace),
                                spaced(joined(answer, name), ignoresSpace),
                                false));
        JsonObject valid = object(response, "validHeaderValues");
        for (String name : valid.keySet()) {
            List<String> any =
                    names(valid, name).stream().map(it -> spaced(it, ignoresSpace)).toList();
            if (!any.contains(spaced(joined(answer, name), ignoresSpace))) {
                problems.add(
                        "response header "
                                + name
                                + ": "
                                + joined(answer, name)
                                + " (expected: "
                                + any
                                + ")");
            }
        }
        for (String name : names(response, "absentHeaders")) {
            problems.same("response header " + name, "<absent>", joined(answer, name), false);
        }
    }

    private Optional<String> redirected(Answer answer) {
        JsonObject expected = object(said, "redirectRequest");
        URI to = URI.create(answer.header("location").orElse(""));
        var problems = new Problems();
        problems.same(
                "redirected host", text(expected, "host"), String.valueOf(to.getHost()), true);
        String port = to.getPort() < 0 ? "" : Integer.toString(to.getPort());
        String scheme =
                text(expected, "scheme").isEmpty() ? Steps.scheme(said) : text(expected, "scheme");
        problems.same("redirected scheme", scheme, String.valueOf(to.getScheme()), false);
        if (text(expected, "port").isEmpty()) {
            String usual = scheme.equals("https") ? "443" : "80";
            if (!port.isEmpty() && !port.equals(usual)) {
                problems.add("redirected port " + port + " (expected: none or " + usual + ")");
            }
        } else {
            problems.same("redirected port", text(expected, "port"), port, false);
        }
        String path =
                text(expected, "path").isEmpty()
                        ? text(request(), "path").split("\\?", 2)[0]
                        : text(expected, "path");
        problems.same("redirected path", path, to.getPath(), false);
        return problems.all();
    }

    private static String joined(Answer answer, String name) {
        List<String> values = answer.headers().get(name.toLowerCase(Locale.ROOT));
        return values == null ? "<absent>" : String.join(",", values);
    }

    private static String spaced(String value, boolean ignoresSpace) {
        return ignoresSpace ? value.replace(" ", "") : value;
    }

    private static Map<String, String> headers(JsonObject of) {
        var headers = new TreeMap<String, String>();
        for (String name : of.keySet()) {
            headers.put(name, String.join(",", names(of, name)));
        }
        return headers;
    }

    static JsonObject object(JsonObject of, String field) {
        return of.has(field) && of.get(field).isJsonObject()
                ? of.getAsJsonObject(field)
                : new JsonObject();
    }

    static String text(JsonObject of, String field) {
        return of.has(field) && of.get(field).isJsonPrimitive() ? of.get(field).getAsString() : "";
    }

    static Map<String, String> texts(JsonObject of) {
        var texts = new LinkedHashMap<String, String>();
        of.entrySet().forEach(e -> texts.put(e.getKey(), e.getValue().getAsString()));
        return texts;
    }

    private static List<String> names(JsonObject of, String field) {
        return of.has(field) && of.get(field).isJsonArray()
                ? of.getAsJsonArray(field).asList().stream().map(JsonElement::getAsString).toList()
                : List.of();
    }

    /// Gathers what is not as it should be.
    private static final class Problems {
        private final List<String> all = new ArrayList<>();

        void add(String problem) {
            all.add(problem);
        }

        /// @param any whether an expectation that says nothing holds for everything
        void same(String what, String expected, String actual, boolean any) {
            if (!expected.equals(actual) && !(any && expected.isEmpty())) {
                all.add(what + " '" + actual + "' (expected: '" + expected + "')");
            }
        }

        Optional<String> all() {
            return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
        }
    }
}

package dev.heddle.console.api;

import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Describes the API in OpenAPI 3.1, from the very list of routes that answers.
///
/// @param shapes of bodies
record OpenApi(Shapes shapes) {
    private static final String JSON = "application/json";

    Node.Mapping document(List<Route> routes) {
        var paths = new LinkedHashMap<String, Node.Mapping>();
        for (Route route : routes) {
            if (route.pattern().startsWith("/api/")) {
                paths.merge(
                        route.pattern(),
                        Node.Mapping.EMPTY.with(method(route), operation(route)),
                        (before, _) -> before.with(method(route), operation(route)));
            }
        }
        return Node.Mapping.EMPTY
                .with("openapi", "3.1.0")
                .with(
                        "info",
                        Node.Mapping.EMPTY
                                .with("title", "Heddle control plane")
                                .with("version", "v1")
                                .with(
                                        "description",
                                        "Errors are {\"error\": {\"what\", \"where\", \"next\"}}."
                                                + " What changes something needs a content type"
                                                + " that HTML forms don't have, or a header"
                                                + " X-Heddle."))
                .with(
                        "components",
                        Node.Mapping.EMPTY
                                .with(
                                        "securitySchemes",
                                        Node.Mapping.EMPTY.with(
                                                "token",
                                                Node.Mapping.EMPTY
                                                        .with("type", "http")
                                                        .with("scheme", "bearer")))
                                .with("schemas", shapes.schemas()))
                .with("paths", Node.Mapping.of(paths));
    }

    private static String method(Route route) {
        return route.method().toLowerCase(Locale.ROOT);
    }

    private Node.Mapping operation(Route route) {
        var parameters = new ArrayList<Node.Mapping>();
        route.parameters().forEach(name -> parameters.add(parameter(name, "path", "", true)));
        new TreeMap<>(route.query())
                .forEach((name, what) -> parameters.add(parameter(name, "query", what, false)));
        var operation =
                Node.Mapping.EMPTY
                        .with("summary", route.summary())
                        .with("description", "Who may: " + route.rule().text())
                        .with("security", security(route))
                        .with("parameters", parameters)
                        .with("responses", responses(route));
        boolean takesResources = route.pattern().endsWith("/resources") && !isGet(route);
        return shapes.body(route)
                .map(body -> operation.with("requestBody", content(JSON, body)))
                .orElse(takesResources ? operation.with("requestBody", resources()) : operation);
    }

    private static boolean isGet(Route route) {
        return route.method().equals("GET");
    }

    private static Node.Mapping content(String type, Node.Mapping schema) {
        return Node.Mapping.EMPTY
                .with("required", true)
                .with(
                        "content",
                        Node.Mapping.EMPTY.with(type, Node.Mapping.EMPTY.with("schema", schema)));
    }

    private static List<Node.Mapping> security(Route route) {
        return route.rule() instanceof Rule.Open
                ? List.of()
                : List.of(Node.Mapping.EMPTY.with("token", List.of()));
    }

    private static Node.Mapping parameter(
            String name, String in, String description, boolean required) {
        return Node.Mapping.EMPTY
                .with("name", name)
                .with("in", in)
                .with("required", required)
                .with("description", description)
                .with("schema", Node.Mapping.EMPTY.with("type", "string"));
    }

    private static Node.Mapping resources() {
        Node.Mapping text =
                Node.Mapping.EMPTY.with("schema", Node.Mapping.EMPTY.with("type", "string"));
        return Node.Mapping.EMPTY
                .with("required", true)
                .with(
                        "content",
                        Node.Mapping.EMPTY.with("application/yaml", text).with(JSON, text));
    }

    private Node.Mapping responses(Route route) {
        var codes = new TreeMap<String, String>(Map.of("200", "as the summary says"));
        if (!route.parameters().isEmpty()) {
            codes.put("404", "there is no such thing");
        }
        if (!(route.rule() instanceof Rule.Open)) {
            codes.put("401", "no token, or none that is good");
            codes.put("403", "the caller's roles are not enough; `what` names the one");
        }
        if (!isGet(route)) {
            codes.putIfAbsent("403", "the request could come from a foreign web page");
            codes.put("503", "the change could not be written");
        }
        codes.put("400", "a parameter that is not described, or a value or a body of another form");
        if (route.method().equals("POST")) {
            codes.put("413", "the body is too large");
            codes.put("422", "errors in the resources; nothing was applied");
        }
        if (route.method().equals("DELETE")) {
            codes.put("409", "it stands in a file that was not applied; `where` names it");
        }
        Node.Mapping error = Node.Mapping.EMPTY.with("$ref", "#/components/schemas/Error");
        var responses = new TreeMap<String, Node>();
        codes.forEach((code, what) ->
                responses.put(
                        code,
                        response(
                                what,
                                code.equals("200")
                                        ? shapes.answer(route).orElse(Node.Mapping.EMPTY)
                                        : error)));
        return Node.Mapping.of(responses);
    }

    private static Node.Mapping response(String what, Node.Mapping schema) {
        return Node.Mapping.EMPTY
                .with("description", what)
                .with(
                        "content",
                        Node.Mapping.EMPTY.with(JSON, Node.Mapping.EMPTY.with("schema", schema)));
    }
}

package dev.heddle.console.api;

import dev.heddle.compiler.explain.Journeys;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What would become of a request. It is led through what the caller may see of the mesh, and
/// through nothing else: what he may not see does not show by what it does.
final class ExplainApi {
    private static final Pattern COMMA = Pattern.compile(",");

    private final Mesh mesh;

    ExplainApi(Mesh mesh) {
        this.mesh = mesh;
    }

    ApiResponse explain(Call call) {
        ApiRequest request = call.request();
        MeshView view = mesh.view().within(call.caller()::sees);
        try {
            var sender =
                    new Sender(
                            labels(said(request, "from")),
                            request.parameter("namespace").orElse("default"),
                            request.parameter("caller").map(ExplainApi::name));
            Request asked =
                    Request.of(
                            request.parameter("method").orElse("GET").toUpperCase(Locale.ROOT),
                            said(request, "url"),
                            headers(request.parameter("headers").orElse("")));
            var world = World.of(view.version(), view.resources(), MeshSettings.DEFAULT);
            return ApiResponse.json(
                    200, ExplainViews.journey(new Journeys(world).of(sender, asked)));
        } catch (IllegalArgumentException e) {
            return ApiResponse.error(
                    400, String.valueOf(e.getMessage()), "query", "Mend it and ask again");
        }
    }

    private static String said(ApiRequest request, String name) {
        return request.parameter(name)
                .orElseThrow(() -> new IllegalArgumentException(name + ": is missing"));
    }

    /// As in `app=web,version=v1`.
    private static Map<String, String> labels(String text) {
        var labels = new TreeMap<String, String>();
        COMMA.splitAsStream(text)
                .forEach(part -> {
                    String[] pair = part.strip().split("=", 2);
                    if (pair.length != 2 || pair[0].isEmpty()) {
                        throw new IllegalArgumentException(
                                "from: '%s' (expected: labels, as in app=web)".formatted(text));
                    }
                    labels.put(pair[0], pair[1]);
                });
        return labels;
    }

    /// @return empty for nobody
    private static String name(String said) {
        if (!said.equals("none") && !said.startsWith("spiffe://")) {
            throw new IllegalArgumentException(
                    "caller: '%s' (expected: spiffe://…, or none)".formatted(said));
        }
        return said.equals("none") ? "" : said;
    }

    /// One a line, as in `end-user: jason`.
    private static Map<String, String> headers(String text) {
        var headers = new LinkedHashMap<String, String>();
        text.lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> {
                    int colon = line.indexOf(':', 1); // a pseudo header begins with a colon
                    if (colon < 1) {
                        throw new IllegalArgumentException(
                                "headers: '%s' (expected: name: value)".formatted(line));
                    }
                    headers.put(
                            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                            line.substring(colon + 1).strip());
                });
        return headers;
    }

    /// Parameters of the query, each with what it is for.
    static Map<String, String> parameters() {
        var parameters = new TreeMap<String, String>();
        parameters.put("from", "labels of the workload whose request it is, as in app=web");
        parameters.put("namespace", "where that workload is (default)");
        parameters.put("method", "of HTTP (GET)");
        parameters.put("url", "as in http://reviews:9080/reviews/0; also https, grpc, tcp, tls");
        parameters.put("headers", "one a line, as in 'end-user: jason'");
        parameters.put("caller", "the name that it proves, or none; its workload's own");
        return parameters;
    }
}

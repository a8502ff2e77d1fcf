package dev.heddle.console.api;

import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.Mesh;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that the server answers: the list of routes, and what becomes of the rest.
public final class ConsoleApi {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleApi.class);
    private static final String V1 = "/api/v1";

    private final Guard guard;
    private final List<Route> routes;

    /// An API over that mesh.
    ///
    /// @param guard who is let in
    public ConsoleApi(Mesh mesh, ConfigStore store, Guard guard) {
        this.guard = guard;
        this.routes = routes(mesh, store);
    }

    private static List<Route> routes(Mesh mesh, ConfigStore store) {
        var whole = new MeshApi(mesh);
        var proxies = new ProxiesApi(mesh);
        var resources = new ResourcesApi(mesh, store);
        var page = Page.load();
        Map<String, String> namespace = Map.of("namespace", "only resources of this namespace");
        Map<String, String> dryRun = Map.of("dryRun", "say what would happen, change nothing");
        Map<String, String> applying =
                Map.of(
                        "dryRun", "say what would happen, change nothing",
                        "namespace", "of resources that name none",
                        "from", "how findings call the body, as in reviews.yaml");
        return List.of(
                get(
                        "/version",
                        "the version in force, and how many proxies run it",
                        whole::version),
                get("/findings", "what is wrong with the configuration", whole::findings),
                new Route(
                        "GET",
                        V1 + "/rules",
                        "rules of VirtualServices, and how often proxies choose them",
                        namespace,
                        (request, _) -> whole.rules(request)),
                get("/services", "services, their versions and endpoints", whole::services),
                get("/overview", "everything that the page shows, of one moment", whole::overview),
                new Route(
                        "GET",
                        V1 + "/resources",
                        "all resources in force",
                        namespace,
                        (request, _) -> resources.all(request)),
                new Route(
                        "GET",
                        V1 + "/resources/{plural}",
                        "the resources of one kind",
                        namespace,
                        resources::ofKind),
                new Route(
                        "GET",
                        V1 + "/resources/{plural}/{namespace}/{name}",
                        "one resource; namespace _ for kinds that live in none",
                        Map.of(),
                        (_, path) -> resources.one(path)),
                new Route(
                        "POST",
                        V1 + "/resources",
                        "puts all resources of the body (YAML or JSON documents) in force, or none",
                        applying,
                        (request, _) -> resources.apply(request)),
                new Route(
                        "DELETE",
                        V1 + "/resources/{plural}/{namespace}/{name}",
                        "deletes a resource that was applied",
                        dryRun,
                        resources::delete),
                get("/proxies", "proxies, and what they said about each version", proxies::list),
                new Route(
                        "GET",
                        V1 + "/proxies/{id}/config",
                        "what a proxy was given, in Envoy's JSON",
                        Map.of("format", "bootstrap: as an Envoy bootstrap with static resources"),
                        (request, path) -> proxies.config(request, path.get("id"))),
                page.route("/", "index.html", "text/html; charset=utf-8"),
                page.route("/console.css", "console.css", "text/css; charset=utf-8"),
                page.route("/console.js", "console.js", "text/javascript; charset=utf-8"),
                page.route("/favicon.svg", "favicon.svg", "image/svg+xml"));
    }

    private static Route get(String path, String summary, Supplier<ApiResponse> answer) {
        return new Route("GET", V1 + path, summary, Map.of(), (_, _) -> answer.get());
    }

    /// Answers a request. Never throws: our own mistakes are logged and answered with 500.
    public ApiResponse answer(ApiRequest request) {
        try {
            return guard.objection(request).orElseGet(() -> route(request));
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", request.method(), request.segments(), e);
            return ApiResponse.error(
                    500,
                    "the control plane failed to answer",
                    String.join("/", request.segments()),
                    "This is a bug in Heddle; the control plane's log has its trace");
        }
    }

    private ApiResponse route(ApiRequest request) {
        if (request.segments().equals(List.of("api", "v1", "openapi.json"))
                && request.method().equals("GET")) {
            return ApiResponse.json(200, OpenApi.document(routes));
        }
        String method = request.method().equals("HEAD") ? "GET" : request.method();
        var others = new TreeSet<String>();
        for (Route route : routes) {
            var path = route.match(request.segments());
            if (path.isPresent() && route.method().equals(method)) {
                return route.handler().apply(request, path.get());
            }
            path.ifPresent(_ -> others.add(route.method()));
        }
        String where = "/" + String.join("/", request.segments());
        if (!others.isEmpty()) {
            String allowed = String.join(", ", others);
            return ApiResponse.error(
                            405,
                            request.method() + " is not possible here",
                            where,
                            "Use " + allowed)
                    .withHeader("Allow", allowed);
        }
        return ApiResponse.error(
                404,
                "there is nothing here",
                where,
                "GET /api/v1/openapi.json lists what there is");
    }
}

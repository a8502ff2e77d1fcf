package dev.heddle.console.api;

import dev.heddle.control.Release;
import dev.heddle.control.access.Role;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.control.view.ProxyView;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What Istio's control plane answers below `/debug`, in its JSON, for tools that read it. Each
/// caller sees what is of his namespaces.
final class DebugApi {
    private static final Rule READERS = new Rule.Somewhere(Role.VIEWER);
    private static final String DEBUG = "/debug/";

    private final Mesh mesh;

    DebugApi(Mesh mesh) {
        this.mesh = mesh;
    }

    List<Route> routes() {
        Map<String, String> ofProxy =
                Map.of("proxyID", "of which proxy: its workload, as in reviews-v1.default");
        var all = new ArrayList<Route>();
        all.add(page("syncz", "which proxy has what", of(DebugViews::syncz)));
        all.add(page("registryz", "services", of(DebugViews::registryz)));
        all.add(page("configz", "resources", of(DebugViews::configz)));
        all.add(
                new Route(
                        "GET",
                        DEBUG + "endpointz",
                        "endpoints of services",
                        Map.of("brief", "a line for each"),
                        READERS,
                        this::endpoints));
        all.add(page("instancesz", "of which services proxies are", of(DebugViews::instancesz)));
        all.add(
                new Route(
                        "GET",
                        DEBUG + "adsz",
                        "connected proxies, and what they subscribed to",
                        ofProxy,
                        READERS,
                        this::connections));
        all.add(page("connections", "connected proxies", of(DebugViews::connections)));
        all.add(page("push_status", "what proxies refused", of(DebugViews::pushStatus)));
        all.add(page("authorizationz", "who may do what", of(DebugViews::authorizationz)));
        all.add(
                new Route(
                        "GET",
                        DEBUG + "config_dump",
                        "what a proxy was given, as it dumps it itself; never a key",
                        Map.of(
                                "proxyID",
                                ofProxy.getOrDefault("proxyID", ""),
                                "include_eds",
                                "true: endpoints, too"),
                        READERS,
                        this::dump));
        List<String> names = all.stream().map(it -> it.pattern().substring(7)).sorted().toList();
        ApiResponse list = ApiResponse.json(200, ApiResponse.texts(names));
        all.add(page("list", "these pages", _ -> list));
        all.add(new Route("GET", "/debug", "these pages", Map.of(), READERS, _ -> list));
        all.add(
                new Route(
                        "GET",
                        "/ready",
                        "whether the configuration was read, so that proxies are served",
                        Map.of(),
                        new Rule.Open("it says no more than that"),
                        _ -> ready()));
        all.add(
                new Route(
                        "GET",
                        "/version",
                        "which release this is",
                        Map.of(),
                        READERS,
                        _ ->
                                ApiResponse.text(
                                        "text/plain; charset=utf-8",
                                        Release.VERSION + "-heddle-Clean")));
        return all;
    }

    private static Route page(String name, String summary, Function<Call, ApiResponse> handler) {
        return new Route("GET", DEBUG + name, summary, Map.of(), READERS, handler);
    }

    private Function<Call, ApiResponse> of(Function<MeshView, Node> shown) {
        return call -> ApiResponse.json(200, shown.apply(view(call)));
    }

    private MeshView view(Call call) {
        return mesh.view().within(call.caller()::sees);
    }

    private ApiResponse ready() {
        boolean isReady = mesh.view().version() > 0;
        return isReady
                ? ApiResponse.text("text/plain; charset=utf-8", "")
                : ApiResponse.error(
                        503,
                        "the configuration was not read yet",
                        "/ready",
                        "Try again in a moment; the log says what is missing");
    }

    private ApiResponse endpoints(Call call) {
        return call.request().query().containsKey("brief")
                ? ApiResponse.text(
                        "text/plain; charset=utf-8", DebugViews.endpointsInBrief(view(call)))
                : ApiResponse.json(200, DebugViews.endpointz(view(call)));
    }

    private ApiResponse connections(Call call) {
        MeshView view = view(call);
        Optional<String> wanted = call.request().parameter("proxyID");
        if (wanted.isEmpty()) {
            return ApiResponse.json(200, DebugViews.adsz(view.proxies(), mesh::subscriptionsOf));
        }
        return proxy(view, wanted)
                .map(it ->
                        ApiResponse.json(200, DebugViews.adsz(List.of(it), mesh::subscriptionsOf)))
                .orElseGet(() -> notThere(wanted.get()));
    }

    private ApiResponse dump(Call call) {
        Optional<String> wanted = call.request().parameter("proxyID");
        if (wanted.isEmpty()) {
            return ApiResponse.error(
                    400,
                    "it is not said of which proxy",
                    "query: proxyID",
                    "Add proxyID=reviews-v1.default; GET /debug/connections lists proxies");
        }
        return proxy(view(call), wanted)
                .flatMap(it -> mesh.configOf(it.id()))
                .map(it ->
                        ApiResponse.json(
                                200,
                                DebugDump.of(
                                        it.version(),
                                        type ->
                                                it
                                                        .resources()
                                                        .getOrDefault(type, List.of())
                                                        .stream()
                                                        .map(Json::parse)
                                                        .toList(),
                                        call.request().flag("include_eds"))))
                .orElseGet(() -> notThere(wanted.get()));
    }

    /// The first whose id has that text in it, as with Istio.
    private static Optional<ProxyView> proxy(MeshView view, Optional<String> wanted) {
        return view.proxies().stream()
                .filter(it -> it.disconnected().isEmpty())
                .filter(it -> it.id().contains(wanted.orElse("")))
                .findFirst();
    }

    private static ApiResponse notThere(String wanted) {
        return ApiResponse.error(
                404,
                "no such proxy is connected, or you may not see it",
                "query: proxyID '" + wanted + "'",
                "GET /debug/connections lists proxies");
    }
}

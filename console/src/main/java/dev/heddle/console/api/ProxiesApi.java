package dev.heddle.console.api;

import dev.heddle.control.access.Role;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.control.view.ProxyView;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/// Proxies and what they run.
final class ProxiesApi {
    private final Mesh mesh;

    ProxiesApi(Mesh mesh) {
        this.mesh = mesh;
    }

    ApiResponse list(Call call) {
        MeshView view = mesh.view().within(call.caller()::sees);
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", view.version())
                        .with("proxies", Views.proxies(view, mesh.orders())));
    }

    ApiResponse config(Call call) {
        boolean bootstrap = call.request().parameter("format").orElse("").equals("bootstrap");
        return named(
                call,
                Role.VIEWER,
                proxy -> {
                    var answer =
                            bootstrap
                                    ? mesh.bootstrapOf(proxy.id()).map(ApiResponse::rawJson)
                                    : mesh.configOf(proxy.id()).map(ProxiesApi::config);
                    return answer.orElseGet(() ->
                            ApiResponse.error(
                                    404,
                                    "the proxy was given nothing yet",
                                    "path: '" + proxy.id() + "'",
                                    "Try again in a moment"));
                });
    }

    /// What is done with the connected proxy that the path names: by its whole id, or by the part
    /// that names the workload when only one has it.
    ///
    /// @param role that it takes in the proxy's namespace
    ApiResponse named(Call call, Role role, Function<ProxyView, ApiResponse> act) {
        String name = call.path().get("id");
        List<ProxyView> all =
                mesh.view().proxies().stream()
                        .filter(p -> p.disconnected().isEmpty())
                        .filter(p -> isNamed(p.id(), name))
                        .toList();
        List<ProxyView> seen =
                all.stream().filter(p -> call.caller().may(role, p.namespace())).toList();
        List<String> ids = seen.stream().map(ProxyView::id).distinct().toList();
        String where = "path: '" + name + "'";
        if (ids.size() > 1 && !ids.contains(name)) {
            return ApiResponse.error(
                    409, "several proxies have that name", where, "Take one of: " + ids);
        }
        if (ids.isEmpty() && !all.isEmpty()) {
            String namespace = all.getFirst().namespace();
            return Rule.objection(call.caller(), role, namespace).orElseThrow();
        }
        return seen.stream()
                .filter(p -> ids.size() == 1 || p.id().equals(name))
                .findFirst()
                .map(act)
                .orElseGet(() ->
                        ApiResponse.error(
                                404,
                                "no such proxy is connected",
                                where,
                                "GET /api/v1/proxies lists them"));
    }

    private static boolean isNamed(String id, String name) {
        List<String> parts = List.of(id.split("~", -1));
        return id.equals(name)
                || (parts.size() == 4
                        && (parts.get(2).equals(name) || parts.get(2).startsWith(name + ".")));
    }

    private static ApiResponse config(Mesh.ProxyConfig config) {
        var types = new TreeMap<String, Node>();
        config.resources()
                .forEach((type, resources) ->
                        types.put(
                                type,
                                Node.Sequence.of(resources.stream().map(Json::parse).toList())));
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", config.version())
                        .with("resources", Node.Mapping.of(types)));
    }
}

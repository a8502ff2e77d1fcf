package dev.heddle.console.api;

import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.model.tree.Node;

/// The mesh as a whole.
final class MeshApi {
    private final Mesh mesh;

    MeshApi(Mesh mesh) {
        this.mesh = mesh;
    }

    ApiResponse version() {
        return ApiResponse.json(200, Views.version(mesh.view()));
    }

    ApiResponse findings() {
        MeshView view = mesh.view();
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", view.version())
                        .with("findings", Views.findings(view.findings())));
    }

    ApiResponse rules(ApiRequest request) {
        return ApiResponse.json(
                200, RuleViews.all(mesh.rules(), request.parameter("namespace").orElse("")));
    }

    ApiResponse services() {
        MeshView view = mesh.view();
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", view.version())
                        .with("services", Views.services(view)));
    }

    /// All that a page shows, of one moment.
    ApiResponse overview() {
        MeshView view = mesh.view();
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("mesh", Views.version(view))
                        .with("services", Views.services(view))
                        .with("proxies", Views.proxies(view))
                        .with(
                                "resources",
                                view.resources().all().stream().map(Views::brief).toList())
                        .with("findings", Views.findings(view.findings())));
    }
}

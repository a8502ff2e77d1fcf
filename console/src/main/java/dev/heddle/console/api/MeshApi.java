package dev.heddle.console.api;

import dev.heddle.control.view.CertificatesView;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mesh as a whole.
final class MeshApi {
    private static final Logger LOG = LoggerFactory.getLogger(MeshApi.class);

    private final Mesh mesh;

    MeshApi(Mesh mesh) {
        this.mesh = mesh;
    }

    private MeshView view(Call call) {
        return mesh.view().within(call.caller()::sees);
    }

    /// Whether the configuration was read, so that proxies are served.
    ApiResponse health() {
        boolean isReady = mesh.view().version() > 0;
        return ApiResponse.json(
                isReady ? 200 : 503,
                Node.Mapping.EMPTY.with("status", isReady ? "ready" : "starting"));
    }

    ApiResponse version(Call call) {
        return ApiResponse.json(200, Views.version(view(call)));
    }

    ApiResponse findings(Call call) {
        MeshView view = view(call);
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", view.version())
                        .with("findings", Views.findings(view.findings())));
    }

    ApiResponse rules(Call call) {
        return ApiResponse.json(
                200,
                RuleViews.all(
                        mesh.rules().within(call.caller()::sees),
                        call.request().parameter("namespace").orElse("")));
    }

    ApiResponse certificates(Call call) {
        CertificatesView view;
        try {
            view = mesh.certificates().within(call.caller()::sees);
        } catch (IOException e) {
            LOG.warn("what the authority noted of its certificates cannot be read", e);
            return ApiResponse.error(
                    503,
                    "the certificates of workloads cannot be read",
                    "the data directory of the control plane",
                    "The control plane's log says why");
        }
        return ApiResponse.json(
                200,
                CertificateViews.all(
                        call.request()
                                .parameter("namespace")
                                .filter(name -> !name.isEmpty())
                                .map(view::of)
                                .orElse(view)));
    }

    ApiResponse federation(Call call) {
        return ApiResponse.json(200, FederationViews.all(mesh.federation()));
    }

    ApiResponse services(Call call) {
        MeshView view = view(call);
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", view.version())
                        .with("services", Views.services(view)));
    }

    /// All that a page shows, of one moment.
    ApiResponse overview(Call call) {
        MeshView view = view(call);
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("mesh", Views.version(view))
                        .with("services", Views.services(view))
                        .with("proxies", Views.proxies(view, mesh.orders()))
                        .with(
                                "resources",
                                view.resources().all().stream().map(Views::brief).toList())
                        .with("findings", Views.findings(view.findings())));
    }
}

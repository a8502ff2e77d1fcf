package dev.heddle.console.api;

import dev.heddle.control.view.Apply;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.How;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Resources: reading, applying, deleting.
final class ResourcesApi {
    private final Mesh mesh;
    private final ConfigStore store;

    ResourcesApi(Mesh mesh, ConfigStore store) {
        this.mesh = mesh;
        this.store = store;
    }

    private MeshView view(Call call) {
        return mesh.view().within(call.caller()::sees);
    }

    ApiResponse all(Call call) {
        return list(call.request(), view(call), Optional.empty());
    }

    ApiResponse ofKind(Call call) {
        MeshView view = view(call);
        String plural = call.path().get("plural");
        Optional<Kind<?>> kind = kind(view, plural);
        return kind.isEmpty() ? unknownKind(plural) : list(call.request(), view, kind);
    }

    private static ApiResponse list(ApiRequest request, MeshView view, Optional<Kind<?>> kind) {
        Optional<String> namespace = request.parameter("namespace");
        List<Node.Mapping> items =
                view.resources().all().stream()
                        .filter(r -> kind.isEmpty() || r.kind().equals(kind.get()))
                        .filter(r ->
                                namespace.isEmpty()
                                        || r.metadata().namespace().equals(namespace.get())
                                        || (kind.isPresent() && !r.kind().namespaced()))
                        .map(r -> Views.whole(r, view))
                        .toList();
        return ApiResponse.json(
                200, Node.Mapping.EMPTY.with("version", view.version()).with("items", items));
    }

    ApiResponse one(Call call) {
        PathParameters path = call.path();
        MeshView view = view(call);
        Optional<Kind<?>> kind = kind(view, path.get("plural"));
        if (kind.isEmpty()) {
            return unknownKind(path.get("plural"));
        }
        return view.resources().all().stream()
                .filter(r -> r.id().equals(id(kind.get(), path)))
                .findFirst()
                .map(r -> ApiResponse.json(200, withYaml(r, Views.whole(r, view))))
                .orElseGet(() -> notFound(path));
    }

    /// As people write it, and without what is secret.
    private static Node.Mapping withYaml(Resource<?> resource, Node.Mapping whole) {
        return whole.with("yaml", YamlWriter.write(ResourceWriter.shown(resource)));
    }

    ApiResponse apply(Call call) {
        ApiRequest request = call.request();
        boolean dryRun = request.flag("dryRun");
        String from = request.parameter("from").orElse("request");
        String namespace = request.parameter("namespace").orElse(ResourceReader.DEFAULT_NAMESPACE);
        try {
            var outcome = store.apply(call.caller(), from, request.body(), namespace, dryRun);
            return Outcomes.of(call, from, outcome, How.of(dryRun));
        } catch (IOException e) {
            return Outcomes.unavailable(e);
        }
    }

    ApiResponse delete(Call call) {
        PathParameters path = call.path();
        Optional<Kind<?>> kind = kind(mesh.view(), path.get("plural"));
        if (kind.isEmpty()) {
            return unknownKind(path.get("plural"));
        }
        ResourceId id = id(kind.get(), path);
        boolean dryRun = call.request().flag("dryRun");
        try {
            Apply outcome = store.delete(call.caller(), id, dryRun);
            return outcome instanceof Apply.Done(var version, var changes, _)
                    ? ApiResponse.json(
                            200,
                            Outcomes.change(changes.getFirst())
                                    .with("version", version)
                                    .with("dryRun", dryRun))
                    : Outcomes.of(call, "path", outcome, How.of(dryRun));
        } catch (IOException e) {
            return Outcomes.unavailable(e);
        }
    }

    /// A kind of the mesh, or one that somebody keeps beside it.
    private static Optional<Kind<?>> kind(MeshView view, String plural) {
        Optional<Kind<?>> known = Kinds.named(plural);
        return known.isPresent()
                ? known
                : view.resources().all().stream()
                        .<Kind<?>>map(Resource::kind)
                        .filter(k -> k.plural().equals(plural))
                        .findFirst();
    }

    private static ResourceId id(Kind<?> kind, PathParameters path) {
        return new ResourceId(kind, path.namespace(), path.get("name"));
    }

    private static ApiResponse unknownKind(String plural) {
        return ApiResponse.error(
                404,
                "there is no kind '" + plural + "'",
                "path",
                "Known: "
                        + String.join(", ", Kinds.ALL.stream().map(Kinds::word).sorted().toList()));
    }

    private static ApiResponse notFound(PathParameters path) {
        return ApiResponse.error(
                404,
                "%s %s/%s is not there"
                        .formatted(path.get("plural"), path.get("namespace"), path.get("name")),
                "path",
                "GET /api/v1/resources/" + path.get("plural") + " lists what is");
    }
}

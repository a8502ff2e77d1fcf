package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.view.Apply;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.Deletion;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
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
                .map(r -> ApiResponse.json(200, Views.whole(r, view)))
                .orElseGet(() -> notFound(path));
    }

    ApiResponse apply(Call call) {
        ApiRequest request = call.request();
        boolean dryRun = request.flag("dryRun");
        String from = request.parameter("from").orElse("request");
        String namespace = request.parameter("namespace").orElse(ResourceReader.DEFAULT_NAMESPACE);
        try {
            return switch (store.apply(call.caller(), from, request.body(), namespace, dryRun)) {
                case Apply.Done done -> applied(from, done, dryRun);
                case Apply.Forbidden(ResourceId id) -> forbidden(call.caller(), id);
                case Apply.Refused refused ->
                        ApiResponse.json(
                                422,
                                ApiResponse.errorBody(
                                                "nothing was applied, because there are errors",
                                                from,
                                                "Mend them and apply again")
                                        .with("findings", Views.findings(refused.findings())));
            };
        } catch (IOException e) {
            return unavailable(e);
        }
    }

    private static ApiResponse forbidden(Caller caller, ResourceId id) {
        return Rule.objection(caller, Role.OPERATOR, id.namespace()).orElseThrow();
    }

    private static ApiResponse applied(String from, Apply.Done done, boolean dryRun) {
        if (done.changes().isEmpty()) {
            return ApiResponse.error(
                    400,
                    "there is no resource in it",
                    from,
                    "Send one or more resources as YAML or JSON documents");
        }
        List<Node.Mapping> changes =
                done.changes().stream()
                        .map(c -> change(c.id(), c.verb().name().toLowerCase(Locale.ROOT)))
                        .toList();
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", done.version())
                        .with("dryRun", dryRun)
                        .with("resources", changes)
                        .with("findings", Views.findings(done.findings())));
    }

    private static Node.Mapping change(ResourceId id, String result) {
        return Node.Mapping.EMPTY
                .with("kind", id.kind().name())
                .with("plural", Kinds.word(id.kind()))
                .with("namespace", id.namespace())
                .with("name", id.name())
                .with("result", result);
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
            return switch (store.delete(call.caller(), id, dryRun)) {
                case Deletion.Done(long version, String remains) ->
                        ApiResponse.json(
                                200,
                                change(id, "deleted")
                                        .with("version", version)
                                        .with("dryRun", dryRun)
                                        .with("remains", remains));
                case Deletion.NotFound() -> notFound(path);
                case Deletion.Foreign(String place) ->
                        ApiResponse.error(
                                409,
                                id + " is defined in a file that was not applied",
                                place,
                                "Remove it from that file");
            };
        } catch (IOException e) {
            return unavailable(e);
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

    private static ApiResponse unavailable(IOException e) {
        return ApiResponse.error(
                503,
                String.valueOf(e.getMessage()),
                "the control plane's directory of configuration",
                "What was in force before stays so; see the control plane's log");
    }
}

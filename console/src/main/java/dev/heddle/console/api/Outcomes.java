package dev.heddle.console.api;

import dev.heddle.control.access.Role;
import dev.heddle.control.view.Apply;
import dev.heddle.control.view.How;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// What is answered to whoever wants resources changed.
final class Outcomes {
    private Outcomes() {}

    /// @param what he sent, as errors call it
    static ApiResponse of(Call call, String what, Apply outcome, How how) {
        return switch (outcome) {
            case Apply.Done done -> done(done, how);
            case Apply.Forbidden(ResourceId id) ->
                    Rule.objection(call.caller(), Role.OPERATOR, id.namespace()).orElseThrow();
            case Apply.Refused refused ->
                    ApiResponse.json(
                            422,
                            ApiResponse.errorBody(
                                            "nothing was applied, because there are errors",
                                            what,
                                            "Mend them and apply again")
                                    .with("findings", Views.findings(refused.findings())));
            case Apply.NotThere(ResourceId id) -> notThere(id);
            case Apply.Foreign(ResourceId id, String place) ->
                    ApiResponse.error(
                            409,
                            id + " is defined in a file that was not applied",
                            place,
                            "Remove it from that file");
            case Apply.Empty() ->
                    ApiResponse.error(
                            400,
                            "there is no resource in it",
                            what,
                            "Send one or more resources as YAML or JSON documents");
            case Apply.Busy(long version) ->
                    ApiResponse.error(
                            409,
                            "version %d is on its way to proxies in stages".formatted(version),
                            what,
                            "Wait for it, or end it: './heddle stage abort', './heddle stage"
                                    + " promote'");
            case Apply.Unwatched() ->
                    ApiResponse.error(
                            409,
                            "no proxy runs the version in force, so none can go first",
                            what,
                            "'./heddle proxy-status' says why; without --stages it goes to all");
            case Apply.NoVersion(long version, long oldest, long newest) ->
                    noVersion(version, oldest, newest);
            case Apply.OwnFiles(List<String> files) ->
                    ApiResponse.error(
                            409,
                            "files that were not applied would have to be written",
                            String.join(", ", files.subList(0, Math.min(files.size(), 20))),
                            "Change them yourself, or say that they may be written: ownFiles,"
                                    + " --own-files");
        };
    }

    /// What is answered about a version that is not kept.
    static ApiResponse noVersion(long version, long oldest, long newest) {
        return ApiResponse.error(
                404,
                version > newest
                        ? "there is no version %d yet".formatted(version)
                        : "version %d is gone, or never was in force".formatted(version),
                "version",
                "Versions %d to %d are kept; GET /api/v1/versions ('./heddle history') lists them"
                        .formatted(oldest, newest));
    }

    private static ApiResponse done(Apply.Done done, How how) {
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("version", done.version())
                        .with("dryRun", how instanceof How.DryRun)
                        .with("inStages", how instanceof How.InStages)
                        .with("resources", changes(done.changes()))
                        .with("findings", Views.findings(done.findings())));
    }

    private static List<Node.Mapping> changes(List<Apply.Change> changes) {
        return changes.stream().map(Outcomes::change).toList();
    }

    static Node.Mapping change(Apply.Change change) {
        return resource(change.id())
                .with("result", change.verb().name().toLowerCase(Locale.ROOT))
                .with("remains", change.remains());
    }

    /// A resource by its names.
    static Node.Mapping resource(ResourceId id) {
        return Node.Mapping.EMPTY
                .with("kind", id.kind().name())
                .with("plural", Kinds.word(id.kind()))
                .with("namespace", id.namespace())
                .with("name", id.name());
    }

    private static ApiResponse notThere(ResourceId id) {
        String plural = Kinds.word(id.kind());
        String namespace = id.namespace().isEmpty() ? "_" : id.namespace();
        return ApiResponse.error(
                404,
                "%s %s/%s is not there".formatted(plural, namespace, id.name()),
                "path",
                "GET /api/v1/resources/" + plural + " lists what is");
    }

    /// What is answered when a change cannot be written.
    static ApiResponse unavailable(IOException e) {
        return ApiResponse.error(
                503,
                String.valueOf(e.getMessage()),
                "the control plane's directory of configuration",
                "What was in force before stays so; see the control plane's log");
    }
}

package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.Difference;
import dev.heddle.control.view.How;
import dev.heddle.control.view.Rollback;
import dev.heddle.control.world.VersionChange;
import dev.heddle.control.world.VersionChange.ResourceChange;
import dev.heddle.control.world.WorldHistory.Version;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Versions that were in force: who made them, how they differ, and back to one of them.
final class VersionsApi {
    private static final Logger LOG = LoggerFactory.getLogger(VersionsApi.class);

    private final ConfigStore store;

    VersionsApi(ConfigStore store) {
        this.store = store;
    }

    /// @param ownFiles whether files that were not applied may be written, too
    /// @param message why
    /// @param inStages how some proxies have it first; empty for all at once
    public record Wish(
            boolean ownFiles, String message, boolean dryRun, Optional<StageWish> inStages) {}

    private interface Work {
        ApiResponse run() throws IOException;
    }

    private static ApiResponse reading(Work work) {
        try {
            return work.run();
        } catch (IOException e) {
            LOG.warn("versions cannot be read", e);
            return ApiResponse.error(
                    503,
                    "versions cannot be read: " + e.getMessage(),
                    "the control plane's data directory",
                    "See the control plane's log");
        }
    }

    ApiResponse all(Call call) {
        return reading(() ->
                ApiResponse.json(
                        200,
                        Node.Mapping.EMPTY.with(
                                "versions",
                                store.history().versions().stream()
                                        .map(v -> version(v, call.caller()))
                                        .toList())));
    }

    private static Node.Mapping version(Version version, Caller caller) {
        VersionChange change = version.change();
        List<ResourceChange> seen =
                change.resources().stream().filter(r -> caller.sees(r.namespace())).toList();
        Node.Mapping node =
                Node.Mapping.EMPTY
                        .with("version", version.number())
                        .with("since", version.since().toString());
        // Whoever sees nothing of a change is not told whose it is, and why.
        if (!seen.isEmpty() || caller.sees("")) {
            node = node.with("who", ApiResponse.texts(change.who()));
            node = node.with("message", change.message());
        }
        boolean isWhole = seen.size() == change.resources().size();
        return node.with("resources", seen.stream().map(VersionsApi::resource).toList())
                .with("changed", isWhole ? change.count() : seen.size());
    }

    private static Node.Mapping resource(ResourceChange change) {
        return Node.Mapping.EMPTY
                .with("resource", change.resource())
                .with("action", change.action());
    }

    ApiResponse diff(Call call) {
        return reading(() -> {
            List<Version> kept = store.history().versions();
            long newest = kept.isEmpty() ? 0 : kept.getFirst().number();
            long oldest = kept.isEmpty() ? 0 : kept.getLast().number();
            long from;
            long to;
            try {
                from = number(call, "from", newest);
                to = number(call, "to", newest);
            } catch (IllegalArgumentException e) {
                return ApiResponse.error(
                        400,
                        String.valueOf(e.getMessage()),
                        "query",
                        "Name a version, as in from=41");
            }
            Optional<SourceState> before = store.history().files(from);
            Optional<SourceState> after = store.history().files(to);
            if (before.isEmpty() || after.isEmpty()) {
                return Outcomes.noVersion(before.isEmpty() ? from : to, oldest, newest);
            }
            List<Node.Mapping> differences =
                    Difference.between(before.get(), after.get()).stream()
                            .filter(d -> call.caller().sees(d.id().namespace()))
                            .map(VersionsApi::difference)
                            .toList();
            return ApiResponse.json(
                    200,
                    Node.Mapping.EMPTY
                            .with("from", from)
                            .with("to", to)
                            .with("resources", differences));
        });
    }

    private static long number(Call call, String name, long usual) {
        return call.request().parameter(name).map(text -> number(name, text)).orElse(usual);
    }

    private static long number(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: the number of a version)".formatted(name, text));
        }
        return Long.parseLong(text);
    }

    private static Node.Mapping difference(Difference d) {
        Node.Mapping node = Outcomes.resource(d.id()).with("hidden", d.isHidden());
        if (d.before().isPresent()) {
            node = node.with("before", d.before().get());
        }
        return d.after().isPresent() ? node.with("after", d.after().get()) : node;
    }

    ApiResponse rollback(Call call) {
        Wish wish;
        Rollback rollback;
        How how;
        try {
            wish = JsonBody.of(call, Wish.class);
            long version = number("path", call.path().get("version"));
            rollback = new Rollback(version, wish.ownFiles(), wish.message());
            how = StageWish.how(wish.dryRun(), wish.inStages());
        } catch (IllegalArgumentException e) {
            return JsonBody.refused(e);
        }
        try {
            var outcome = store.rollback(call.caller(), rollback, how);
            return Outcomes.of(call, "version " + rollback.version(), outcome, how);
        } catch (IOException e) {
            return Outcomes.unavailable(e);
        }
    }
}

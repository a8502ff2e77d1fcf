package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Table;
import dev.heddle.cli.text.UnifiedDiff;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `heddle history`, `heddle diff` and `heddle rollback`: versions that were in force.
public final class Versions {
    private static final List<String> HEADINGS =
            List.of("VERSION", "SINCE", "WHO", "CHANGED", "MESSAGE");
    private static final int MOST_NAMED = 3;
    private static final int CONTEXT = 3;

    private Versions() {}

    /// Lists versions, the newest first.
    ///
    /// @param limit how many at most
    public static int history(Api api, int limit, boolean json, Machine machine) {
        if (limit < 1) {
            throw Failure.usage("--limit: %d (expected: 1 or more)".formatted(limit), "");
        }
        Api.Reply reply = api.get("versions");
        List<Answer> versions =
                reply.answer().at("versions").items().stream().limit(limit).toList();
        if (json) {
            machine.out()
                    .print(
                            Json.pretty(
                                    Node.Mapping.EMPTY.with(
                                            "versions",
                                            versions.stream().map(Answer::node).toList())));
            return 0;
        }
        machine.out()
                .print(new Table(HEADINGS, versions.stream().map(Versions::row).toList()).print());
        return 0;
    }

    private static List<String> row(Answer version) {
        List<Answer> resources = version.at("resources").items();
        String named =
                resources.stream()
                        .limit(MOST_NAMED)
                        .map(r -> r.at("action").text() + " " + r.at("resource").text())
                        .collect(Collectors.joining(", "));
        long more =
                Long.parseLong(version.at("changed").text())
                        - Math.min(resources.size(), MOST_NAMED);
        return List.of(
                "v" + version.at("version").text(),
                version.at("since").text(),
                version.at("who").items().stream()
                        .map(Answer::text)
                        .collect(Collectors.joining(", ")),
                more > 0 ? named + " and %d more".formatted(more) : named,
                version.at("message").text());
    }

    /// A version as people write it: `v41` or `41`.
    public static String number(String word) {
        String digits = word.startsWith("v") ? word.substring(1) : word;
        if (!digits.matches("[0-9]{1,18}")) {
            throw Failure.usage(
                    "'%s' (expected: a version, as in v41)".formatted(word),
                    "'./heddle history' lists them");
        }
        return digits;
    }

    /// Prints how two versions differ, resource by resource.
    ///
    /// @param to empty for the newest
    /// @return 1 when they differ, 0 otherwise
    public static int diff(Api api, String from, String to, boolean json, Machine machine) {
        Api.Reply reply = api.get("diff?from=%s&to=%s".formatted(from, to));
        List<Answer> resources = reply.answer().at("resources").items();
        if (json) {
            machine.out().print(reply.body());
        } else {
            print(resources, machine);
        }
        return resources.isEmpty() ? 0 : 1;
    }

    private static void print(List<Answer> resources, Machine machine) {
        for (Answer resource : resources) {
            String name = name(resource);
            if (resource.at("hidden").isTrue()) {
                machine.out().println(name + " differs in what is not shown");
            } else {
                machine.out()
                        .print(
                                UnifiedDiff.of(
                                        name,
                                        resource.at("before").text(),
                                        resource.at("after").text(),
                                        CONTEXT));
            }
        }
    }

    /// As in `virtualservice.networking.istio.io/default/reviews`.
    private static String name(Answer resource) {
        String namespace = resource.at("namespace").text();
        return ResourceName.qualified(resource.at("plural").text())
                + "/"
                + (namespace.isEmpty() ? "" : namespace + "/")
                + resource.at("name").text();
    }

    /// What a rollback is told.
    ///
    /// @param version without a `v`
    /// @param ownFiles whether files that were not applied may be written
    /// @param stages in which stages proxies have it; empty for all at once
    public record Back(String version, boolean ownFiles, String message, Optional<Node> stages) {}

    /// Puts in force what a version said. A dry run prints the difference, too.
    ///
    /// @return 1 when it was refused, 0 otherwise
    public static int rollback(Api api, Back back, Changes changes, Machine machine) {
        var body =
                Node.Mapping.EMPTY
                        .with("ownFiles", back.ownFiles())
                        .with("message", back.message())
                        .with("dryRun", changes.dryRun());
        Api.Reply reply =
                api.change(
                        "versions/%s/rollback".formatted(back.version()),
                        back.stages().map(stages -> body.with("inStages", stages)).orElse(body));
        if (reply.status() == 200 && changes.isText()) {
            if (changes.dryRun()) {
                String newest = api.get("version").answer().at("version").text();
                print(
                        api.get("diff?from=%s&to=%s".formatted(newest, back.version()))
                                .answer()
                                .at("resources")
                                .items(),
                        machine);
            } else if (reply.answer().at("resources").items().isEmpty()) {
                machine.out().println("nothing differs from version " + back.version());
            } else {
                machine.out()
                        .println(
                                "version %s says what version %s said"
                                        .formatted(
                                                reply.answer().at("version").text(),
                                                back.version()));
            }
        }
        return changes.all(reply);
    }
}

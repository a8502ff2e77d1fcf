package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;

/// What a command did to resources of a running mesh. People read it as it happens, programs when
/// all is done: as one document `{"dryRun", "resources", "findings", "refused"}`. Findings and
/// refusals go to standard error in any case.
public final class Changes {
    private final ChangeFormat format;
    private final boolean dryRun;
    private final Machine machine;
    private final List<Node> resources = new ArrayList<>();
    private final List<Node> findings = new ArrayList<>();
    private final List<Node> refused = new ArrayList<>();

    /// @param dryRun whether nothing is really done
    public Changes(ChangeFormat format, boolean dryRun, Machine machine) {
        this.format = format;
        this.dryRun = dryRun;
        this.machine = machine;
    }

    /// Whether people read it.
    boolean isText() {
        return format == ChangeFormat.TEXT;
    }

    boolean dryRun() {
        return dryRun;
    }

    /// Something was done to a resource.
    ///
    /// @param change with `kind`, `plural`, `namespace`, `name`, `result`; after a deletion also
    ///   `remains`, where another definition of the same is now in force
    void done(Answer change) {
        var node = Node.Mapping.EMPTY;
        for (String name : List.of("kind", "namespace", "name", "result")) {
            node = node.with(name, change.at(name).text());
        }
        String remains = change.at("remains").text();
        resources.add(remains.isEmpty() ? node : node.with("remains", remains));
        String kind = ResourceName.qualified(change.at("plural").text());
        String name = change.at("name").text();
        String result = change.at("result").text();
        switch (format) {
            case TEXT -> {
                String what =
                        result.equals("deleted") ? kind + " \"" + name + "\"" : kind + "/" + name;
                String dry = dryRun ? " (dry run)" : "";
                machine.out().println(what + " " + result + dry);
                if (!remains.isEmpty()) {
                    machine.out().println("  now in force: the one of " + remains);
                }
            }
            case NAME -> machine.out().println(kind + "/" + name);
            case YAML, JSON -> {} // all at once, at the end
        }
    }

    /// Takes an answer about several resources, and prints what is left to print.
    ///
    /// @return 1 when something was refused, 0 otherwise
    int all(Api.Reply reply) {
        Answer answer = reply.answer();
        answer.at("findings").items().forEach(this::found);
        if (reply.status() != 200) {
            refused(Api.failure(reply));
        }
        List<Answer> resources = answer.at("resources").items();
        resources.forEach(this::done);
        boolean isOnItsWay =
                answer.at("inStages").isTrue()
                        && resources.stream()
                                .anyMatch(r -> !r.at("result").text().equals("unchanged"));
        if (isText() && isOnItsWay) {
            machine.out()
                    .println(
                            "version %s is on its way in stages; './heddle stage' says how far"
                                    .formatted(answer.at("version").text()));
        }
        return end();
    }

    /// Something was found about what was given.
    void found(Answer finding) {
        findings.add(finding.node());
        machine.err().println(finding.at("text").text());
    }

    /// Something was not done.
    void refused(Failure why) {
        refused.add(Node.Mapping.EMPTY.with("what", why.what()).with("next", why.next()));
        machine.err().println(why.report());
    }

    /// Prints what is left to print.
    ///
    /// @return 1 when something was refused, 0 otherwise
    int end() {
        var whole =
                Node.Mapping.EMPTY
                        .with("dryRun", dryRun)
                        .with("resources", resources)
                        .with("findings", findings)
                        .with("refused", refused);
        switch (format) {
            case TEXT, NAME -> {}
            case YAML -> machine.out().print(YamlWriter.write(whole));
            case JSON -> machine.out().print(Json.pretty(whole));
        }
        return refused.isEmpty() ? 0 : 1;
    }
}

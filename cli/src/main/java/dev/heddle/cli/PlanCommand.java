package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.offline.Labels;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.Tap;
import dev.heddle.cli.plan.Base;
import dev.heddle.cli.plan.Gate;
import dev.heddle.cli.plan.LogFile;
import dev.heddle.cli.plan.Plan;
import dev.heddle.cli.plan.Requests;
import dev.heddle.cli.plan.Worlds;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.Confined;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle plan`: its options and its help.
@Confined("command line")
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Says what a change would do before it is made: which resources of which proxies it",
            "changes, and which of the requests of access logs would be treated otherwise.",
            "Exit code 3 when more of them would be than --max-changed allows, 1 when the change",
            "brings errors."
        },
        footer = {
            "",
            "Example:",
            "  heddle plan -f change.yaml --requests app=productpage@productpage.log",
            "  heddle plan --config mesh -f change --requests access.log --from app=web \\",
            "      --fail-on denied,answer --max-changed 0.5%%",
            "  heddle plan --delete virtualservice/reviews"
        })
final class PlanCommand implements Callable<Integer> {
    private final Machine machine;

    @Mixin private final Mixins.FilesOrControlPlane base = new Mixins.FilesOrControlPlane();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description =
                    "What would be applied: a file, a directory or '-' for standard "
                            + "input; may be repeated.")
    private @Nullable List<Path> files;

    @Option(
            names = "--delete",
            paramLabel = "KIND/NAME",
            completionCandidates = KindWords.class,
            description = "What would be deleted; may be repeated.")
    private @Nullable List<String> deletions;

    @Mixin private final Mixins.InNamespace namespace = new Mixins.InNamespace();

    @Option(
            names = "--requests",
            paramLabel = "[KEY=VALUE[,…]@]FILE",
            description =
                    "An access log, or '-' for standard input; may be repeated. Labels "
                            + "before it are those of the workload or gateway whose proxy wrote "
                            + "it.")
    private @Nullable List<String> logs;

    @Option(
            names = "--tap",
            paramLabel = "TIME",
            description =
                    "Listens to the proxies of the namespace for so long, as 'heddle tap' does, "
                            + "and takes their requests (with a running mesh; without queries "
                            + "and headers).")
    private @Nullable String tap;

    @Option(
            names = "--from",
            paramLabel = "KEY=VALUE[,…]",
            description =
                    "Labels of the workload or gateway that sent the requests of lines "
                            + "that don't say.")
    private @Nullable String from;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "Of the logs, as the proxies have it: Envoy's format string, or a "
                            + "json_format as a JSON object (default: Istio's text and JSON, and "
                            + "Envoy's text).")
    private @Nullable String format;

    @Option(
            names = "--fail-on",
            paramLabel = "ASPECT",
            split = ",",
            completionCandidates = AspectWords.class,
            description =
                    "What counts for the exit code, of ${COMPLETION-CANDIDATES} "
                            + "(default: all).")
    private @Nullable List<String> failing;

    @Option(
            names = "--max-changed",
            paramLabel = "PERCENT",
            description = "How many of the requests may change in that (default: 0%%).")
    private @Nullable String most;

    @Mixin private final Mixins.Printing output = new Mixins.Printing();

    PlanCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        if (files == null && deletions == null) {
            throw Failure.usage(
                    "there is no change to plan (expected: -f FILE or --delete KIND/NAME)",
                    "'./heddle plan --help' shows what it takes");
        }
        boolean isTwice =
                listed(files).contains(Configuration.STANDARD_INPUT)
                        && listed(logs).stream().anyMatch(it -> it.matches("(.*@)?-"));
        if (isTwice) {
            throw Failure.usage(
                    "standard input is either the change or a log", "name a file for the other");
        }
        boolean isAboutRequests = from != null || format != null || failing != null || most != null;
        if (logs == null && tap == null && isAboutRequests) {
            throw Failure.usage(
                    "--from, --format, --fail-on and --max-changed are about requests",
                    "add --requests FILE or --tap TIME");
        }
        Base of = base.base(machine);
        var question =
                new Plan.Question(
                        of,
                        new Worlds.Change(listed(files), listed(deletions), namespace.name()),
                        new Requests(
                                listed(logs).stream().map(LogFile::parse).toList(),
                                Optional.ofNullable(format),
                                from == null ? Map.of() : Labels.parse("--from", from),
                                Optional.ofNullable(tap).map(it -> listening(of, it))),
                        Gate.of(listed(failing), most == null ? "0%" : most));
        return Plan.run(question, output.json(), machine);
    }

    private Requests.Listening listening(Base of, String time) {
        if (!(of instanceof Base.Mesh(Api api))) {
            throw Failure.usage("--tap is about a running mesh", "leave --config away");
        }
        return new Requests.Listening(api, namespace.name(), Tap.time("--tap", time));
    }

    private static <T> List<T> listed(@Nullable List<T> words) {
        return words == null ? List.of() : words;
    }
}

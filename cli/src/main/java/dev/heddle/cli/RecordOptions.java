package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Labels;
import dev.heddle.cli.online.Tap;
import dev.heddle.cli.plan.Base;
import dev.heddle.cli.plan.LogFile;
import dev.heddle.cli.plan.RecordTests;
import dev.heddle.cli.plan.Requests;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.Confined;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of `heddle verify` that are about writing tests.
@Confined("command line")
final class RecordOptions {
    private static final int USUAL_MOST = 200;

    @Option(
            names = "--record",
            description = {
                "Writes MeshTests instead: one for each request of --requests, which expects what",
                "the configuration does with it now."
            })
    private boolean wanted;

    @Option(
            names = "--requests",
            paramLabel = "[KEY=VALUE[,…]@]FILE",
            description = {
                "With --record: an access log, or '-' for standard input; may be repeated. Labels",
                "before it are those of the workload or gateway whose proxy wrote it."
            })
    private @Nullable List<String> logs;

    @Option(
            names = "--tap",
            paramLabel = "TIME",
            description = {
                "With --record and --api: listens to the proxies of the namespace for so long, as",
                "'heddle tap' does, and takes their requests (without queries and headers)."
            })
    private @Nullable String tap;

    @Option(
            names = "--from",
            paramLabel = "KEY=VALUE[,…]",
            description = {
                "With --record: labels of the workload or gateway that sent the requests of lines",
                "that don't say."
            })
    private @Nullable String from;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "With --record: of the logs, as 'heddle plan' takes it.")
    private @Nullable String format;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = {
                "With --record: how many requests at most, those that were made most often",
                "(default: " + USUAL_MOST + ")."
            })
    private @Nullable Integer most;

    @Mixin private Mixins.InNamespace namespace = new Mixins.InNamespace();

    @Mixin private Mixins.PerhapsControlPlane mesh = new Mixins.PerhapsControlPlane();

    /// Whether tests are to be written, and not run.
    ///
    /// @throws Failure when something is said of that and it is not asked for
    boolean isWanted(Machine machine) {
        boolean isSaid =
                logs != null
                        || tap != null
                        || from != null
                        || format != null
                        || most != null
                        || mesh.api(machine).isPresent();
        if (isSaid && !wanted) {
            throw Failure.usage(
                    "--requests, --tap, --from, --format, --most and --api are about writing tests",
                    "add --record");
        }
        return wanted;
    }

    /// What to record.
    ///
    /// @param config files and directories; null for what a running mesh has
    RecordTests.Question question(@Nullable List<Path> config, Machine machine) {
        if (logs == null && tap == null) {
            throw Failure.usage(
                    "there are no requests to record", "add --requests FILE or --tap TIME");
        }
        if (tap != null && mesh.api(machine).isEmpty()) {
            throw Failure.usage("--tap is about a running mesh", "add --api URL");
        }
        Optional<Base> live = mesh.api(machine).map(Base.Mesh::new);
        if ((config == null) == live.isEmpty()) {
            throw Failure.usage(
                    "--record is about one configuration", "name --config DIR or --api URL");
        }
        return new RecordTests.Question(
                live.orElseGet(() -> new Base.Files(config == null ? List.of() : config)),
                new Requests(
                        logs == null ? List.of() : logs.stream().map(LogFile::parse).toList(),
                        Optional.ofNullable(format),
                        from == null ? Map.of() : Labels.parse("--from", from),
                        Optional.ofNullable(tap)
                                .flatMap(time ->
                                        mesh.api(machine)
                                                .map(api ->
                                                        new Requests.Listening(
                                                                api,
                                                                namespace.name(),
                                                                Tap.time("--tap", time))))),
                namespace.name(),
                most == null ? USUAL_MOST : most);
    }
}

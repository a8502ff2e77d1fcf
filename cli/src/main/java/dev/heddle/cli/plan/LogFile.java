package dev.heddle.cli.plan;

import dev.heddle.cli.offline.Labels;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/// A log, as `--requests` names it.
///
/// @param labels of the workload whose proxy wrote it; none where the log is of many, or `--from`
///   says it
/// @param path `-` for standard input
public record LogFile(Map<String, String> labels, Path path) {
    private static final String LABEL = "[\\w.-]+(/[\\w.-]+)?=[\\w.-]*";
    private static final Pattern LABELS = Pattern.compile(LABEL + "(," + LABEL + ")*");

    public LogFile {
        labels = Map.copyOf(labels);
    }

    /// Reads `FILE` or `KEY=VALUE[,…]@FILE`.
    public static LogFile parse(String text) {
        int at = text.indexOf('@');
        boolean isOfOne = at > 0 && LABELS.matcher(text.substring(0, at)).matches();
        return isOfOne
                ? new LogFile(
                        Labels.parse("--requests", text.substring(0, at)),
                        Path.of(text.substring(at + 1)))
                : new LogFile(Map.of(), Path.of(text));
    }
}

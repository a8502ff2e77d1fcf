package dev.heddle.e2e.signals;

import dev.heddle.signals.record.RequestLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A cause, how it is brought about, and the sentence in which `why` is to name it. A table is a
/// file with one in a line: `flag | name | where host caller | sentence`, the last a regular
/// expression of some of it. A line `flag | never | why` is of a flag that has no row as nothing
/// sets it, `flag | tested-elsewhere | where` of one that another test causes. `#` begins a line
/// about others.
///
/// @param flag that the log has; `-` for none
/// @param name of the cause, which is the path of its request, too
/// @param where it is sent: `out` and `in` are the sidecar's sides, `down` its side before an
///   application that is not there; `strict` is a sidecar that asks for certificates; a number is a
///   port of the gateway
/// @param host of the service; where no path tells, the cluster's name has it
record WhyRow(
        String flag, String name, String where, String host, WhyCaller caller, Pattern sentence) {
    private static final Path TABLES = Path.of("src/test/resources/why");

    private static final String NEVER = "never";
    private static final String ELSEWHERE = "tested-elsewhere";

    /// Access log services have no field for these; details tell them.
    private static final Set<String> UNTOLD = Set.of("-", "CBO", "DO", "UDO");

    /// Those of a table.
    static List<WhyRow> read(String file) throws IOException {
        return columns(file)
                .filter(it -> !it[1].equals(NEVER) && !it[1].equals(ELSEWHERE))
                .map(WhyRow::of)
                .toList();
    }

    /// The flags that nothing sets.
    static List<String> missing(String file) throws IOException {
        return flags(file, NEVER);
    }

    /// The flags that another test causes.
    static List<String> elsewhere(String file) throws IOException {
        return flags(file, ELSEWHERE);
    }

    private static List<String> flags(String file, String why) throws IOException {
        return columns(file).filter(it -> it[1].equals(why)).map(it -> it[0]).toList();
    }

    private static Stream<String[]> columns(String file) throws IOException {
        return Files.readAllLines(TABLES.resolve(file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\\s+\\|\\s+", 4));
    }

    private static WhyRow of(String[] columns) {
        String[] call = columns[2].split("\\s+", 3);
        return new WhyRow(
                columns[0],
                columns[1],
                call[0],
                call[1],
                WhyCaller.valueOf(call[2].strip()),
                Pattern.compile(columns[3].strip()));
    }

    String path() {
        return "/" + name;
    }

    /// Whether the log tells of this call, with this flag.
    boolean isAbout(RequestLog log) {
        boolean isFlagged = UNTOLD.contains(flag) || log.outcome().flags().contains(flag);
        boolean isHere =
                caller.isPathless()
                        ? log.request().path().isEmpty()
                                && (host.equals("-") || log.way().cluster().contains(host))
                        : log.request().path().equals(path());
        return isFlagged && isHere && log.reporter().node().contains("~" + proxy() + "-v1.");
    }

    /// Which proxy tells of it.
    private String proxy() {
        return switch (where) {
            case "out", "in", "down" -> "web";
            case "8081" -> "crowded";
            case "strict" -> "strict";
            default -> "edge";
        };
    }

    boolean isSaidBy(String said) {
        return sentence.matcher(said).find();
    }

    @Override
    public String toString() {
        return flag + " " + name;
    }
}

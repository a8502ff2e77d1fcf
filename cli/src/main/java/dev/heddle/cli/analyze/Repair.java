package dev.heddle.cli.analyze;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.UnifiedDiff;
import dev.heddle.control.world.DurableFile;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `heddle analyze --fix`: mends what can be mended without a decision, and shows it.
///
/// What was changed is analyzed before it is written, and again while more comes to light that can
/// be mended. A file is written only if there is less to be said against the whole with it: fewer
/// errors, or as many and fewer warnings, or as many of both and fewer remarks.
///
/// @param isDry whether to show only
/// @param finding what there is to be said of a source, and nobody has suppressed
record Repair(boolean isDry, Function<AnalyzedSource, List<Diagnostic>> finding, Machine machine) {
    /// A mended field may have more to mend within, though hardly so deep.
    private static final int ROUNDS = 8;

    /// Lines that are shown around a change; none where some may be a Secret's.
    private static final int CONTEXT = 3;

    private static final Pattern SECRET = Pattern.compile("\\bkind[\"']?:\\s*[\"']?Secret\\b");

    /// How much there is to be said against a configuration.
    private record Score(long errors, long warnings, long remarks) implements Comparable<Score> {
        static Score of(List<Diagnostic> findings) {
            Map<Severity, Long> counts =
                    findings.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            Diagnostic::severity, Collectors.counting()));
            return new Score(
                    counts.getOrDefault(Severity.ERROR, 0L),
                    counts.getOrDefault(Severity.WARNING, 0L),
                    counts.getOrDefault(Severity.INFO, 0L));
        }

        @Override
        public int compareTo(Score other) {
            int byErrors = Long.compare(errors, other.errors);
            int byWarnings = Long.compare(warnings, other.warnings);
            return byErrors != 0
                    ? byErrors
                    : byWarnings != 0 ? byWarnings : Long.compare(remarks, other.remarks);
        }
    }

    /// Mends the files of a source.
    ///
    /// @return the source as it is afterwards
    AnalyzedSource run(AnalyzedSource source) {
        AnalyzedSource mended = source;
        int fixed = 0;
        Optional<Outcome> next = pass(mended);
        for (int round = 0; round < ROUNDS && next.isPresent(); round++) {
            mended = next.get().source();
            fixed += next.get().fixes();
            next = pass(mended);
        }
        int written = 0;
        for (var text : source.texts().entrySet()) {
            String after = mended.texts().getOrDefault(text.getKey(), "");
            if (!after.equals(text.getValue())) {
                written++;
                machine.out()
                        .print(
                                UnifiedDiff.of(
                                        text.getKey(),
                                        text.getValue(),
                                        after,
                                        SECRET.matcher(after).find() ? 0 : CONTEXT));
                if (!isDry) {
                    write(Path.of(text.getKey()), text.getValue(), after);
                }
            }
        }
        machine.out().println(summary(fixed, written));
        return isDry ? source : mended;
    }

    /// Every file once; empty when nothing could be made better. What is mended in one may show
    /// what can be mended in another.
    private Optional<Outcome> pass(AnalyzedSource source) {
        AnalyzedSource mended = source;
        int fixed = 0;
        for (Path file : files(source)) {
            Optional<Outcome> outcome = better(mended, file);
            if (outcome.isPresent()) {
                mended = outcome.get().source();
                fixed += outcome.get().fixes();
            }
        }
        return fixed == 0 ? Optional.empty() : Optional.of(new Outcome(mended, fixed));
    }

    private String summary(int fixed, int files) {
        return fixed == 0
                ? "nothing here can be fixed without a decision"
                : "%s %d finding%s in %d file%s"
                        .formatted(
                                isDry ? "would fix" : "fixed",
                                fixed,
                                fixed == 1 ? "" : "s",
                                files,
                                files == 1 ? "" : "s");
    }

    /// The files with findings.
    private List<Path> files(AnalyzedSource source) {
        return finding.apply(source).stream()
                .map(d -> d.origin().file())
                .filter(source.texts()::containsKey)
                .distinct()
                .sorted()
                .map(Path::of)
                .toList();
    }

    private List<Fix> fixes(AnalyzedSource source, Path file) {
        String name = file.toString();
        var read = SourceText.of(name, source.texts().getOrDefault(name, ""));
        return finding.apply(source).stream()
                .filter(d -> d.origin().file().equals(name))
                .filter(d -> !d.origin().resource().startsWith("Secret "))
                .flatMap(d -> Fix.of(d, read, source.edition().world()).stream())
                .toList();
    }

    /// A source that is better than before.
    ///
    /// @param fixes how many findings are mended
    private record Outcome(AnalyzedSource source, int fixes) {}

    /// With all that can be mended, or, where that makes nothing better, with those fixes that do.
    private Optional<Outcome> better(AnalyzedSource source, Path file) {
        AnalyzedSource mended = source;
        int count = 0;
        List<Fix> first = fixes(source, file);
        List<Fix> fixes = first;
        for (int round = 0; round < ROUNDS && !fixes.isEmpty(); round++) {
            mended = with(mended, file, fixes);
            count += fixes.size();
            fixes = fixes(mended, file);
        }
        return isBetter(mended, source)
                ? Optional.of(new Outcome(mended, count))
                : someOf(source, file, first);
    }

    private Optional<Outcome> someOf(AnalyzedSource source, Path file, List<Fix> fixes) {
        var good = new ArrayList<Fix>();
        AnalyzedSource best = source;
        for (Fix fix : fixes) {
            good.add(fix);
            AnalyzedSource tried = with(source, file, good);
            if (isBetter(tried, best)) {
                best = tried;
            } else {
                good.removeLast();
            }
        }
        return good.isEmpty() ? Optional.empty() : Optional.of(new Outcome(best, good.size()));
    }

    private static AnalyzedSource with(AnalyzedSource source, Path file, List<Fix> fixes) {
        String name = file.toString();
        return source.with(
                name,
                SourceText.of(name, source.texts().getOrDefault(name, ""))
                        .with(fixes.stream().flatMap(f -> f.edits().stream()).distinct().toList()));
    }

    private boolean isBetter(AnalyzedSource one, AnalyzedSource other) {
        return !one.equals(other)
                && Score.of(finding.apply(one)).compareTo(Score.of(finding.apply(other))) < 0;
    }

    /// Replaces the file at once, with the rights that it had, if it is still what was read.
    private static void write(Path path, String before, String after) {
        try {
            Path file = path.toRealPath();
            String now = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            if (!now.equals(before)) {
                throw Failure.of(
                        path + " has changed since it was read, so it is left as it is",
                        "run it again");
            }
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
            DurableFile.write(file, after);
            Files.setPosixFilePermissions(file, rights);
        } catch (IOException e) {
            throw Failure.of("%s cannot be written: %s".formatted(path, e.getMessage()), "");
        }
    }
}

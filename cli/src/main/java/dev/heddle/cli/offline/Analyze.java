package dev.heddle.cli.offline;

import dev.heddle.cli.machine.Machine;
import dev.heddle.control.world.Edition;
import java.nio.file.Path;
import java.util.List;

/// `heddle analyze`: says what is wrong with configuration, without a mesh.
public final class Analyze {
    private Analyze() {}

    /// Prints the findings.
    ///
    /// @return 1 when somebody should look at one, 0 otherwise
    public static int run(List<Path> paths, boolean json, Machine machine) {
        Edition edition = Configuration.read(paths, machine.in());
        var findings = edition.findings();
        var absences = new Absences(edition.world());
        if (json) {
            machine.out().print(FindingsText.json(findings, absences.services()));
        } else {
            machine.out().print(FindingsText.lines(findings));
            machine.out().println(summary(edition));
            absences.sentence().ifPresent(what -> machine.out().println("note: " + what));
        }
        return FindingsText.matter(findings) ? 1 : 0;
    }

    private static String summary(Edition edition) {
        int files = edition.source().files().size();
        int resources = edition.world().resources().all().size();
        String counts = FindingsText.counts(edition.findings());
        return "%s in %d resource%s of %d file%s"
                .formatted(
                        counts.isEmpty() ? "nothing wrong" : counts,
                        resources,
                        resources == 1 ? "" : "s",
                        files,
                        files == 1 ? "" : "s");
    }
}

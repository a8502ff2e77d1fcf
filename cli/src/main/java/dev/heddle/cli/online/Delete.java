package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `heddle delete`: takes back resources that were applied.
public final class Delete {
    private Delete() {}

    /// One resource to delete.
    private record Target(String plural, String namespace, String name) {}

    /// Deletes what is named, and what the files name.
    ///
    /// @return 1 when something could not be deleted, 0 otherwise
    public static int run(
            Api api,
            List<String> words,
            List<Path> files,
            String namespace,
            Changes changes,
            Machine machine) {
        for (Target target : targets(words, files, namespace, changes, machine)) {
            Api.Reply reply =
                    api.delete(
                            target.plural(), target.namespace(), target.name(), changes.dryRun());
            switch (reply.status()) {
                case 200 -> changes.done(reply.answer());
                case 404 ->
                        changes.refused(
                                new ResourceName(target.plural(), target.name())
                                        .notThere(target.namespace()));
                default -> changes.refused(Api.failure(reply));
            }
        }
        return changes.end();
    }

    private static List<Target> targets(
            List<String> words,
            List<Path> files,
            String namespace,
            Changes changes,
            Machine machine) {
        var targets = new ArrayList<Target>();
        if (!words.isEmpty()) {
            for (var name : ResourceName.parse(words)) {
                targets.add(new Target(name.plural(), namespace, name.required()));
            }
        }
        for (var source : Sources.read(files, machine.in())) {
            var parsed = ResourceReader.read(source.name(), source.text(), namespace);
            parsed.diagnostics().forEach(machine.err()::println);
            boolean whole =
                    parsed.diagnostics().stream().noneMatch(d -> d.severity() == Severity.ERROR);
            if (!whole) {
                changes.refused(
                        Failure.of(
                                "%s could not be read as a whole".formatted(source.name()),
                                "see above; what could be read of it is deleted"));
            } else if (parsed.resources().isEmpty()) {
                changes.refused(
                        Failure.of("there is no resource in it (%s)".formatted(source.name()), ""));
            }
            for (var resource : parsed.resources()) {
                String where = resource.metadata().namespace();
                targets.add(
                        new Target(
                                Kinds.word(resource.kind()),
                                where.isEmpty() ? ResourceName.NO_NAMESPACE : where,
                                resource.metadata().name()));
            }
        }
        if (words.isEmpty() && files.isEmpty()) {
            throw Failure.usage(
                    "nothing to delete (expected: KIND/NAME, KIND NAME or -f FILE)",
                    "for example virtualservice/reviews");
        }
        return targets;
    }
}

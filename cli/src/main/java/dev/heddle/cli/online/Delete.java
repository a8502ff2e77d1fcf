package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.ResourceReader;
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
            boolean dryRun,
            Machine machine) {
        int code = 0;
        for (Target target : targets(words, files, namespace, machine)) {
            Api.Reply reply =
                    api.delete(target.plural(), target.namespace(), target.name(), dryRun);
            if (reply.status() != 200) {
                machine.err().println(Api.failure(reply).report());
                code = 1;
                continue;
            }
            machine.out()
                    .println(
                            "%s \"%s\" deleted%s"
                                    .formatted(
                                            ResourceName.qualified(target.plural()),
                                            target.name(),
                                            dryRun ? " (dry run)" : ""));
            String remains = reply.answer().at("remains").text();
            if (!remains.isEmpty()) {
                machine.out().println("  now in force: the one of " + remains);
            }
        }
        return code;
    }

    private static List<Target> targets(
            List<String> words, List<Path> files, String namespace, Machine machine) {
        var targets = new ArrayList<Target>();
        if (!words.isEmpty()) {
            for (var name : ResourceName.parse(words)) {
                if (name.name().isEmpty()) {
                    throw Failure.usage(
                            "which of the %s? (expected: KIND NAME or KIND/NAME)"
                                    .formatted(name.plural()),
                            "for example virtualservice/reviews");
                }
                targets.add(new Target(name.plural(), namespace, name.name()));
            }
        }
        for (var source : Sources.read(files, machine.in())) {
            var parsed = ResourceReader.read(source.name(), source.text(), namespace);
            parsed.diagnostics().forEach(machine.err()::println);
            for (var resource : parsed.resources()) {
                String where = resource.metadata().namespace();
                targets.add(
                        new Target(
                                resource.kind().plural(),
                                where.isEmpty() ? "_" : where,
                                resource.metadata().name()));
            }
        }
        if (targets.isEmpty()) {
            throw Failure.usage(
                    "nothing to delete (expected: KIND/NAME, KIND NAME or -f FILE)",
                    "for example virtualservice/reviews");
        }
        return targets;
    }
}

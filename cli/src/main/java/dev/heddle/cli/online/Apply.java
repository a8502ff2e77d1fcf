package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import java.nio.file.Path;
import java.util.List;

/// `heddle apply`: puts resources in force. Each file takes effect as a whole or not at all.
public final class Apply {
    private Apply() {}

    /// Applies files.
    ///
    /// @param namespace of resources that name none
    /// @return 1 when a file was refused, 0 otherwise
    public static int run(
            Api api, List<Path> files, String namespace, boolean dryRun, Machine machine) {
        int code = 0;
        for (var source : Sources.read(files, machine.in())) {
            Api.Reply reply = api.apply(source.name(), namespace, source.text(), dryRun);
            Answer answer = reply.answer();
            answer.at("findings").items().stream()
                    .map(finding -> finding.at("text").text())
                    .forEach(machine.err()::println);
            if (reply.status() != 200) {
                machine.err().println(Api.failure(reply).report());
                code = 1;
            }
            for (Answer change : answer.at("resources").items()) {
                machine.out()
                        .println(
                                "%s/%s %s%s"
                                        .formatted(
                                                ResourceName.qualified(change.at("plural").text()),
                                                change.at("name").text(),
                                                change.at("result").text(),
                                                dryRun ? " (dry run)" : ""));
            }
        }
        return code;
    }
}

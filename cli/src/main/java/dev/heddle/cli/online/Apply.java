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
            Api api, List<Path> files, String namespace, Changes changes, Machine machine) {
        for (var source : Sources.read(files, machine.in())) {
            Api.Reply reply = api.apply(source.name(), namespace, source.text(), changes.dryRun());
            Answer answer = reply.answer();
            answer.at("findings").items().forEach(changes::found);
            if (reply.status() != 200) {
                changes.refused(Api.failure(reply));
            }
            answer.at("resources").items().forEach(changes::done);
        }
        return changes.end();
    }
}

package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.List;

/// `heddle audit`: who changed what.
public final class Audit {
    private static final List<String> HEADINGS =
            List.of("TIME", "WHO", "FROM", "ACTION", "RESOURCE", "OUTCOME");

    private Audit() {}

    /// Shows the last changes, the newest first.
    ///
    /// @param namespace of which; empty for all
    /// @param limit how many, from 1 to 1000
    public static int run(Api api, String namespace, int limit, boolean json, Machine machine) {
        Api.Reply reply =
                api.get("audit?limit=%d&namespace=%s".formatted(limit, Api.path(namespace)));
        if (json) {
            machine.out().print(reply.body());
            return 0;
        }
        List<List<String>> rows =
                reply.answer().at("entries").items().stream().map(Audit::row).toList();
        machine.out().print(new Table(HEADINGS, rows).print());
        return 0;
    }

    private static List<String> row(Answer entry) {
        String fields = entry.at("fields").list();
        return List.of(
                entry.at("at").text(),
                entry.at("who").text(),
                entry.at("from").text(),
                entry.at("action").text(),
                entry.at("resource").text(),
                entry.at("outcome").text() + (fields.isEmpty() ? "" : " " + fields));
    }
}

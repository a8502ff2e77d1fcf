package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// `heddle why`: why a request ended as it did.
public final class Why {
    private static final Set<RequestColumn> WITHOUT =
            EnumSet.of(RequestColumn.RULE, RequestColumn.ID);

    private Why() {}

    /// Prints it.
    ///
    /// @return 1 when nothing is known of it
    public static int run(Api api, String id, boolean json, Machine machine) {
        Api.Reply reply = api.get(Api.path("why", id));
        Answer answer = reply.answer();
        if (json) {
            machine.out().print(reply.body());
            return 0;
        }
        machine.out().println(RequestLines.clean(answer.at("sentence").text()));
        List<Answer> logs = answer.at("logs").items();
        if (!logs.isEmpty()) {
            machine.out().println();
            machine.out().print(RequestColumn.table(logs, WITHOUT).print());
        }
        List<Answer> spans = answer.at("spans").items();
        if (!spans.isEmpty()) {
            machine.out().println();
            machine.out()
                    .print(
                            new Table(
                                            List.of("TIME", "SPAN", "KIND", "SERVICE", "TOOK"),
                                            spans.stream().map(Why::spanRow).toList())
                                    .print());
        }
        return 0;
    }

    private static List<String> spanRow(Answer span) {
        return List.of(
                RequestLines.said(span.at("time")),
                RequestLines.said(span.at("name")),
                RequestLines.said(span.at("spanKind")),
                RequestLines.said(span.at("service")),
                RequestLines.took(span));
    }
}

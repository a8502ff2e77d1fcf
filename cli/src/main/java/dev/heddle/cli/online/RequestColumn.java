package dev.heddle.cli.online;

import dev.heddle.cli.text.Table;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What tables say of a request, in the order in which they say it.
enum RequestColumn {
    TIME,
    TOLD_BY,
    FROM,
    TO,
    REQUEST,
    CODE,
    FLAGS,
    TOOK,
    HOST,
    ROUTE,
    RULE,
    CONFIGURATION,
    DETAILS,
    ID;

    private String cell(Answer log) {
        return switch (this) {
            case TIME -> RequestLines.said(log.at("time"));
            case TOLD_BY -> RequestLines.said(log.at("reporter"));
            case FROM -> RequestLines.party(log.at("source"));
            case TO -> RequestLines.party(log.at("destination"));
            case REQUEST -> RequestLines.request(log);
            case CODE -> RequestLines.said(log.at("code"));
            case FLAGS -> RequestLines.flags(log);
            case TOOK -> RequestLines.took(log);
            case HOST -> RequestLines.said(log.at("upstreamHost"));
            case ROUTE -> RequestLines.said(log.at("route"));
            case RULE -> RequestLines.said(log.at("ruleOrigin"));
            case CONFIGURATION -> RequestLines.said(log.at("configVersion"));
            case DETAILS -> RequestLines.said(log.at("details"));
            case ID -> RequestLines.said(log.at("requestId"));
        };
    }

    /// A line for each of these requests.
    ///
    /// @param without columns that are left out
    static Table table(List<Answer> logs, Set<RequestColumn> without) {
        Set<RequestColumn> columns = EnumSet.allOf(RequestColumn.class);
        columns.removeAll(without);
        return new Table(
                columns.stream().map(it -> it.name().replace('_', ' ')).toList(),
                logs.stream()
                        .map(log -> columns.stream().map(it -> it.cell(log)).toList())
                        .toList());
    }
}

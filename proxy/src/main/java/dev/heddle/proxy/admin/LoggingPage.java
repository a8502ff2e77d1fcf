package dev.heddle.proxy.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// `/logging`: shows and changes what the process writes to its own log, with Envoy's parameters.
final class LoggingPage implements Page {
    private static final Set<String> LEVELS =
            Set.of("trace", "debug", "info", "warning", "error", "critical", "off");

    private static final String USAGE =
            """

            usage: /logging?<name>=<level> (change a logger, or all below a package)
            usage: /logging?paths=name1:level1,name2:level2,... (change several)
            usage: /logging?level=<level> (change all)
            levels: trace debug info warning error critical off
            """;

    private final Optional<LogLevels> levels;

    LoggingPage(Optional<LogLevels> levels) {
        this.levels = levels;
    }

    @Override
    public Answer answer(Map<String, String> query) {
        if (levels.isEmpty()) {
            return Answer.error(
                    501, "this process's log is written by somebody whose levels are fixed");
        }
        LogLevels here = levels.get();
        if (query.isEmpty()) {
            return Answer.text(list(here));
        }
        if (query.size() > 1) {
            return wrong(here, "invalid number of parameters");
        }
        var asked = query.entrySet().iterator().next();
        if (asked.getKey().equals("level")) {
            if (!LEVELS.contains(asked.getValue())) {
                return wrong(here, "unknown logger level");
            }
            here.setAll(asked.getValue());
            return Answer.text(list(here));
        }
        var changes = new LinkedHashMap<String, String>();
        if (asked.getKey().equals("paths")) {
            for (String pair : asked.getValue().split(",", -1)) {
                int colon = pair.lastIndexOf(':');
                if (colon < 1) {
                    return wrong(here, "'" + pair + "' (expected: name:level)");
                }
                changes.put(pair.substring(0, colon), pair.substring(colon + 1));
            }
        } else {
            changes.put(asked.getKey(), asked.getValue());
        }
        for (var change : changes.entrySet()) {
            if (!LEVELS.contains(change.getValue())) {
                return wrong(here, "unknown logger level");
            }
            if (!isThere(here, change.getKey())) {
                return wrong(here, "unknown logger name");
            }
        }
        changes.forEach(here::set);
        return Answer.text(list(here));
    }

    private static boolean isThere(LogLevels levels, String name) {
        return levels.levels().keySet().stream()
                .anyMatch(it -> it.equals(name) || it.startsWith(name + "."));
    }

    private static Answer wrong(LogLevels levels, String why) {
        return new Answer(
                400, Answer.text("").contentType(), "error: " + why + "\n" + USAGE + list(levels));
    }

    private static String list(LogLevels levels) {
        return levels.levels().entrySet().stream()
                .map(it -> "  " + it.getKey() + ": " + it.getValue() + "\n")
                .collect(Collectors.joining("", "active loggers:\n", ""));
    }
}

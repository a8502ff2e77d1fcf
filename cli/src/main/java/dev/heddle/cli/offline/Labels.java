package dev.heddle.cli.offline;

import dev.heddle.cli.text.Failure;
import java.util.LinkedHashMap;
import java.util.Map;

/// Labels as a command line says them: `app=reviews,version=v1`.
public final class Labels {
    private Labels() {}

    /// Reads labels.
    ///
    /// @param option that they were given with
    public static Map<String, String> parse(String option, String text) {
        var labels = new LinkedHashMap<String, String>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw Failure.usage(
                        "%s: '%s' (expected: KEY=VALUE[,KEY=VALUE…])".formatted(option, text),
                        "for example " + option + " app=productpage");
            }
            labels.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
        }
        return labels;
    }
}

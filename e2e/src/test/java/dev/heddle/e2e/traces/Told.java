package dev.heddle.e2e.traces;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A span, as far as it shows whether a trace is whole.
///
/// @param parent empty for none
record Told(
        String trace,
        String id,
        String parent,
        String kind,
        String service,
        Map<String, String> tags) {

    /// From one span to the one below it, as `a.default SERVER`; only what hangs together.
    ///
    /// @param top above the first
    static List<String> path(List<Told> spans, String top) {
        var path = new ArrayList<String>();
        String above = top;
        while (true) {
            String wanted = above;
            List<Told> below = spans.stream().filter(it -> it.parent().equals(wanted)).toList();
            if (below.size() != 1) {
                return path;
            }
            path.add(below.getFirst().service() + " " + below.getFirst().kind());
            above = below.getFirst().id();
        }
    }
}

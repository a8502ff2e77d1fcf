package dev.heddle.telemetry;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// A page of Prometheus' text format, version 0.0.4, as OpenMetrics 1.0 has it.
///
/// No sample changes its name or its labels, whichever of the two formats a scraper takes. So a
/// counter whose name does not end in `_total`, as many of Envoy's, is of the type `unknown`, and
/// bounds of buckets stay as they are (`le="5"`, for which OpenMetrics would rather have `5.0`).
public final class OpenMetricsText {
    /// What the answer's `content-type` says.
    public static final String CONTENT_TYPE =
            "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final String TYPE = "# TYPE ";
    private static final String HELP = "# HELP ";
    private static final String TOTAL = "_total";

    /// With which the names of families end that have a unit.
    private static final Set<String> UNITS = Set.of("seconds", "milliseconds", "bytes", "ratio");

    private final String page;
    private final Map<String, String> types = new HashMap<>();
    private final Set<String> families = new HashSet<>();

    private OpenMetricsText(String page) {
        this.page = page;
    }

    /// @param page whose families each have a line of the type
    public static String of(String page) {
        return new OpenMetricsText(page).print();
    }

    private String print() {
        for (int from = 0; from < page.length(); from = end(from) + 1) {
            if (page.startsWith(TYPE, from)) {
                int space = page.indexOf(' ', from + TYPE.length());
                String name = page.substring(from + TYPE.length(), space);
                types.put(name, page.substring(space + 1, end(from)));
            }
        }
        types.keySet().stream().filter(name -> !isCounted(name)).forEach(families::add);
        var out = new StringBuilder(page.length() + 1024);
        int from = 0;
        while (from < page.length()) {
            int end = end(from);
            if (page.startsWith(TYPE, from)) {
                type(
                        out,
                        page.substring(
                                from + TYPE.length(), page.indexOf(' ', from + TYPE.length())));
            } else if (page.startsWith(HELP, from)) {
                int space = page.indexOf(' ', from + HELP.length());
                out.append(HELP).append(family(page.substring(from + HELP.length(), space)));
                out.append(page, space, end).append('\n');
            } else if (end > from) {
                out.append(page, from, end).append('\n');
            }
            from = end + 1;
        }
        return out.append("# EOF\n").toString();
    }

    private int end(int from) {
        int end = page.indexOf('\n', from);
        return end < 0 ? page.length() : end;
    }

    private boolean isCounted(String name) {
        return "counter".equals(types.get(name)) && name.endsWith(TOTAL);
    }

    /// What a family is called: a counter's lacks the end of its sample's, unless another family is
    /// called so.
    private String family(String name) {
        String bare = name.substring(0, Math.max(0, name.length() - TOTAL.length()));
        return isCounted(name) && !families.contains(bare) ? bare : name;
    }

    private void type(StringBuilder out, String name) {
        String family = family(name);
        boolean isUnknown = family.equals(name) && "counter".equals(types.get(name));
        out.append(TYPE).append(family).append(' ');
        out.append(isUnknown ? "unknown" : types.get(name)).append('\n');
        String unit = family.substring(family.lastIndexOf('_') + 1);
        if (UNITS.contains(unit) && !unit.equals(family)) {
            out.append("# UNIT ").append(family).append(' ').append(unit).append('\n');
        }
    }
}

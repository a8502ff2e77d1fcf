package dev.heddle.proxy.admin;

import java.util.LinkedHashMap;
import java.util.Map;

/// Pages that Envoy has and this proxy has no use for: each says so, and what there is instead.
final class EnvoysOwnPages {
    private static final String PROFILE =
            "is about Envoy's allocator and profiler (jcmd PID JFR.start, GC.heap_info or"
                    + " GC.heap_dump tell of this process)";
    private static final String LOOK_UPS =
            "is about how Envoy keeps the names of its statistics; this proxy looks none up";

    private EnvoysOwnPages() {}

    /// Why each page is not here, by its path.
    static Map<String, String> reads() {
        var pages = new LinkedHashMap<String, String>();
        pages.put("/contention", "is about Envoy's locks; the workers of this proxy share none");
        pages.put("/heap_dump", PROFILE);
        pages.put("/peak_heap_dump", PROFILE);
        pages.put("/memory/tcmalloc", PROFILE);
        pages.put("/stats/recentlookups", LOOK_UPS);
        return pages;
    }

    /// Those that change something.
    static Map<String, String> changes() {
        var pages = new LinkedHashMap<String, String>();
        pages.put("/allocprofiler", PROFILE);
        pages.put("/cpuprofiler", PROFILE);
        pages.put("/heapprofiler", PROFILE);
        pages.put("/stats/recentlookups/clear", LOOK_UPS);
        pages.put("/stats/recentlookups/disable", LOOK_UPS);
        pages.put("/stats/recentlookups/enable", LOOK_UPS);
        return pages;
    }

    static Page.Answer answer(String path, String why) {
        return Page.Answer.error(501, path + " " + why);
    }
}

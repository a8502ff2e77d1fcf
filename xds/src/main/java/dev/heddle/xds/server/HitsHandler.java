package dev.heddle.xds.server;

import java.util.List;

/// What the control plane wants to know about how often the mesh's rules are chosen, and how
/// requests end.
///
/// The calls for one stream come one at a time and in order, from any thread; they return at once.
public interface HitsHandler {
    /// Somebody reports from now on.
    void onOpened(HitsStream stream);

    /// A report came. The stream brings no other before [HitsStream#taken] is called for it.
    void onReport(HitsStream stream, Report report);

    /// The stream has ended. The last call for it.
    void onClosed(HitsStream stream);

    /// What a proxy says, which need not be true.
    ///
    /// @param sequence of the report in its run, at least 1
    /// @param answers how many requests ended with an answer; any number, as is `errors`
    /// @param errors how many of these were 5xx
    record Report(long sequence, List<Hits> rules, long answers, long errors) {
        public Report {
            rules = List.copyOf(rules);
        }

        /// One that says nothing of answers.
        public Report(long sequence, List<Hits> rules) {
            this(sequence, rules, 0, 0);
        }
    }

    /// How often a proxy says that it chose a rule.
    ///
    /// @param resource as in `VirtualService default/reviews`
    /// @param rule its name among those of the resource
    /// @param hits any number, as is `lastHit`
    /// @param lastHit in seconds since 1970 began
    record Hits(String resource, String rule, long hits, long lastHit) {}
}

package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How well a service is to do: which share of its calls is to be good, over which time.
///
/// @param targetRef who is called, in the objective's namespace: a Service, a ServiceEntry of the
///   group `networking.istio.io`, or a Workload of the group `heddle.dev` by the name that its
///   proxies have; `sectionName` is not for it
/// @param route only calls that the route of this name chose; empty for all
/// @param indicator which calls are good
/// @param objective the share of them in percent, below 100
/// @param window over which the share is looked at, as in `30d`, `12h` or `4w`; 30 days when empty
public record ServiceLevelObjective(
        @Required Optional<TargetRef> targetRef,
        String route,
        @Required Optional<Indicator> indicator,
        @Required OptionalDouble objective,
        String window) {
    /// As long as sums of calls are kept.
    public static final Duration LONGEST = Duration.ofDays(30);

    private static final Pattern WINDOW = Pattern.compile("(\\d{1,4})([hdw])");

    /// Which calls are good; one of the two.
    ///
    /// @param availability what did not fail
    /// @param latency what was answered in time
    public record Indicator(Optional<Availability> availability, Optional<Latency> latency) {}

    /// A call is good that did not fail by the mesh's or the service's fault.
    public record Availability() {}

    /// A call is good that did not take longer.
    public record Latency(@Required Duration threshold) {}

    /// The window's length; empty where it says none.
    public Optional<Duration> length() {
        if (window.isEmpty()) {
            return Optional.of(LONGEST);
        }
        Matcher said = WINDOW.matcher(window);
        if (!said.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(said.group(1));
        return Optional.of(
                switch (said.group(2)) {
                    case "h" -> Duration.ofHours(count);
                    case "d" -> Duration.ofDays(count);
                    default -> Duration.ofDays(7 * count);
                });
    }
}

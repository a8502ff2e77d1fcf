package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.List;

/// How many requests may pass. A proxy counts for itself, and for each of its routes by itself.
///
/// @param policy that says so, as in `default/reviews`
/// @param rules all of which a request must pass that it is for; no name twice
/// @param isShadow whether those beyond a limit are counted, and pass
/// @param origin of what says so
public record RateLimits(String policy, List<Rule> rules, boolean isShadow, Origin origin) {
    public RateLimits {
        rules = List.copyOf(rules);
    }

    /// The same with some of its rules.
    public RateLimits with(List<Rule> some) {
        return new RateLimits(policy, some, isShadow, origin);
    }

    /// No more requests than that.
    ///
    /// @param of the requests that it is for
    /// @param sources ranges of addresses, all of which they come from; none: from anywhere
    /// @param each by which they are told from each other, and counted apart
    /// @param origin of the rule
    public record Rule(
            String name,
            RouteMatch of,
            List<String> sources,
            List<Each> each,
            Limit limit,
            Origin origin) {
        public Rule {
            sources = List.copyOf(sources);
            each = List.copyOf(each);
        }
    }

    /// By what requests are counted apart.
    public sealed interface Each {
        /// The value of a header, by its lower case name: those without it are not counted.
        record Header(String name) implements Each {}

        /// The address that they come from.
        record Address() implements Each {}
    }

    /// A bucket of tokens, of which each request takes one.
    ///
    /// @param requests tokens that come in that time, steadily; 1 to 4,294,967,295
    /// @param per a second, a minute, an hour or a day
    /// @param burst tokens that there are at most, and at the beginning; 1 to 4,294,967,295
    public record Limit(long requests, Duration per, long burst) {}
}

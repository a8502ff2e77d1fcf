package dev.heddle.verify.sim;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What became of the requests of a simulation.
///
/// @param statuses how many answers there were of each; 0 for none at all
/// @param times how long each took, the shortest first
/// @param attempts how many requests endpoints got
/// @param ejected endpoints that were ejected at some time
/// @param answers how many the client got of each endpoint
/// @param problems because of which nothing was simulated; none usually
public record Measured(
        Map<Integer, Integer> statuses,
        List<Duration> times,
        int attempts,
        Set<String> ejected,
        Map<String, Integer> answers,
        List<String> problems) {
    public Measured {
        statuses = new TreeMap<>(statuses);
        times = times.stream().sorted().toList();
        ejected = new TreeSet<>(ejected);
        answers = new TreeMap<>(answers);
        problems = List.copyOf(problems);
    }

    /// That nothing was simulated.
    public static Measured nothing(String problem) {
        return new Measured(Map.of(), List.of(), 0, Set.of(), Map.of(), List.of(problem));
    }

    /// How many requests were made.
    public int requests() {
        return times.size();
    }

    /// Percent of the requests that were answered, and not with 5xx.
    public double success() {
        int good =
                statuses.entrySet().stream()
                        .filter(it -> it.getKey() > 0 && it.getKey() < 500)
                        .mapToInt(Map.Entry::getValue)
                        .sum();
        return 100.0 * good / requests();
    }

    /// Within which 99 of 100 requests were over.
    public Duration p99() {
        return times.get((int) Math.ceil(times.size() * 0.99) - 1);
    }

    /// Requests that endpoints got for each that was made.
    public double attemptsPerRequest() {
        return (double) attempts / requests();
    }

    /// Percent of the endpoints' answers that are of one of them.
    public double share(String endpoint) {
        int all = answers.values().stream().mapToInt(Integer::intValue).sum();
        return all == 0 ? 0 : 100.0 * answers.getOrDefault(endpoint, 0) / all;
    }
}

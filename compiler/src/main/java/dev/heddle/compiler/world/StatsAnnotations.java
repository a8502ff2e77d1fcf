package dev.heddle.compiler.world;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.model.codec.Durations;
import dev.heddle.model.codec.Json;
import dev.heddle.model.match.RegexProgram;
import dev.heddle.model.mesh.MeshProxyConfig.StatsMatcher;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What a workload's annotations say of its proxy's statistics, as Istio's agent reads them.
///
/// @param flush how often proxies send what they count, and Envoy adds up its histograms
/// @param eviction after which what nobody used is forgotten; a multiple of the other
/// @param buckets upper bounds of the buckets of histograms, by the prefix of their names
/// @param bins so many bins has Envoy's own way to count, at first, by the prefix of their names
/// @param inclusion which statistics there are
public record StatsAnnotations(
        Optional<Duration> flush,
        Optional<Duration> eviction,
        Map<String, List<Double>> buckets,
        Map<String, Integer> bins,
        StatsMatcher inclusion) {
    /// JSON, as in `{"istio": [1, 10, 100]}`.
    public static final String BUCKETS = "sidecar.istio.io/statsHistogramBuckets";

    /// JSON, as in `{"istio": 50}`.
    public static final String BINS = "sidecar.istio.io/statsHistogramBins";

    /// As in `10s`.
    public static final String FLUSH = "sidecar.istio.io/statsFlushInterval";

    /// As in `5m`.
    public static final String EVICTION = "sidecar.istio.io/statsEvictionInterval";

    private static final String PREFIXES = "sidecar.istio.io/statsInclusionPrefixes";
    private static final String SUFFIXES = "sidecar.istio.io/statsInclusionSuffixes";

    /// Regular expressions with commas between.
    public static final String REGEXPS = "sidecar.istio.io/statsInclusionRegexps";

    /// What Heddle's proxy takes.
    private static final int MOST_BUCKETS = 200;

    /// What Envoy takes.
    private static final int MOST_BINS = 46_082;

    private static final Duration LEAST_FLUSH = Duration.ofMillis(1);

    /// Less than that, as Envoy has it.
    private static final Duration MOST_FLUSH = Duration.ofMinutes(5);

    /// No annotations.
    public static final StatsAnnotations NONE =
            new StatsAnnotations(
                    Optional.empty(), Optional.empty(), Map.of(), Map.of(), StatsMatcher.NONE);

    public StatsAnnotations {
        buckets = Ordered.copyOf(buckets);
        bins = Ordered.copyOf(bins);
    }

    /// Reads them; one that cannot be used counts as not there.
    ///
    /// @param problems hears of those: which annotation, and what is wrong with it
    static StatsAnnotations read(
            Map<String, String> annotations, BiConsumer<String, String> problems) {
        var usable = new TreeMap<String, String>();
        for (String name : List.of(BUCKETS, BINS, FLUSH, EVICTION, PREFIXES, SUFFIXES, REGEXPS)) {
            Optional.ofNullable(annotations.get(name))
                    .ifPresent(said ->
                            problem(name, said)
                                    .ifPresentOrElse(
                                            it -> problems.accept(name, it),
                                            () -> usable.put(name, said)));
        }
        return new StatsAnnotations(
                Optional.ofNullable(usable.get(FLUSH)).flatMap(Durations::parse),
                Optional.ofNullable(usable.get(EVICTION)).flatMap(Durations::parse),
                lists(usable.getOrDefault(BUCKETS, "{}")),
                numbers(usable.getOrDefault(BINS, "{}")),
                new StatsMatcher(
                        words(usable.get(PREFIXES)),
                        words(usable.get(SUFFIXES)),
                        words(usable.get(REGEXPS))));
    }

    /// What is wrong with the value of one of these annotations; empty for nothing.
    public static Optional<String> problem(String name, String said) {
        return switch (name) {
            case FLUSH ->
                    Durations.parse(said)
                                    .filter(it -> it.compareTo(LEAST_FLUSH) >= 0)
                                    .filter(it -> it.compareTo(MOST_FLUSH) < 0)
                                    .isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    "'" + said + "' (expected: from 1ms to less than 5m, as 10s)");
            case EVICTION ->
                    Durations.parse(said).filter(Duration::isPositive).isPresent()
                            ? Optional.empty()
                            : Optional.of("'" + said + "' (expected: a duration, as 5m)");
            case BUCKETS -> problemOfBuckets(said);
            case BINS -> problemOfBins(said);
            case REGEXPS -> problemOfRegexps(words(said));
            default -> Optional.empty();
        };
    }

    /// What is wrong with regular expressions, of which each is one's own; empty for nothing.
    public static Optional<String> problemOfRegexps(List<String> regexps) {
        for (String regexp : regexps) {
            try {
                if (RegexProgram.size(Pattern.compile(regexp)) > RegexProgram.MOST) {
                    return Optional.of("'" + regexp + "' is too large for a regular expression");
                }
            } catch (PatternSyntaxException e) {
                return Optional.of("'" + regexp + "': " + e.getDescription());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problemOfBuckets(String said) {
        String expected = " (expected: JSON, as in {\"istio\": [1, 10, 100]})";
        Node root;
        try {
            root = Json.parse(said);
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage() + expected);
        }
        if (!(root instanceof Node.Mapping mapping)) {
            return Optional.of("no object" + expected);
        }
        for (Node.Entry entry : mapping.entries()) {
            Optional<String> problem =
                    entry.value() instanceof Node.Sequence sequence
                            ? problemOfBounds(sequence.items())
                            : Optional.of("no list" + expected);
            if (problem.isPresent()) {
                return Optional.of("'" + entry.key() + "': " + problem.get());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problemOfBounds(List<Node> bounds) {
        if (bounds.isEmpty() || bounds.size() > MOST_BUCKETS) {
            return Optional.of(
                    bounds.size() + " bounds (expected: from 1 to " + MOST_BUCKETS + ")");
        }
        var known = new HashSet<Double>();
        for (Node bound : bounds) {
            double number =
                    bound instanceof Node.Numeric(String digits, _)
                            ? Double.parseDouble(digits)
                            : Double.NaN;
            if (!(number > 0) || Double.isInfinite(number)) {
                return Optional.of(Json.compact(bound) + " (expected: a number above 0)");
            }
            if (!known.add(number)) {
                return Optional.of(Json.compact(bound) + " is there twice");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problemOfBins(String said) {
        String expected =
                " (expected: JSON with numbers from 1 to " + MOST_BINS + ", as in {\"istio\": 50})";
        try {
            boolean isFine =
                    Json.parse(said) instanceof Node.Mapping mapping
                            && mapping.entries().stream()
                                    .allMatch(it ->
                                            it.value() instanceof Node.Numeric(String digits, _)
                                                    && digits.matches("[1-9][0-9]{0,4}")
                                                    && Integer.parseInt(digits) <= MOST_BINS);
            return isFine ? Optional.empty() : Optional.of("'" + said + "'" + expected);
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage() + expected);
        }
    }

    private static Map<String, List<Double>> lists(String json) {
        var all = new TreeMap<String, List<Double>>();
        for (Node.Entry entry : ((Node.Mapping) Json.parse(json)).entries()) {
            var bounds = new ArrayList<Double>();
            for (Node bound : ((Node.Sequence) entry.value()).items()) {
                bounds.add(Double.parseDouble(((Node.Numeric) bound).digits()));
            }
            all.put(entry.key(), bounds);
        }
        return all;
    }

    private static Map<String, Integer> numbers(String json) {
        var all = new TreeMap<String, Integer>();
        for (Node.Entry entry : ((Node.Mapping) Json.parse(json)).entries()) {
            all.put(entry.key(), Integer.parseInt(((Node.Numeric) entry.value()).digits()));
        }
        return all;
    }

    private static List<String> words(@Nullable String said) {
        return said == null
                ? List.of()
                : Arrays.stream(said.split(",", -1)).filter(it -> !it.isEmpty()).toList();
    }
}

package dev.heddle.bench.system;

import dev.heddle.bench.stat.Metric;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a JVM's memory is made of: the mappings of `/proc/PID/smaps`, with their proportional set
/// sizes.
///
/// @param all of the process
public record Mappings(List<Mapping> all) {
    private static final Pattern HEAD =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) \\S+ \\S+ \\S+ \\S+ *(.*)");
    private static final Pattern RANGE =
            Pattern.compile("\\[0x([0-9a-f]+), 0x[0-9a-f]+, 0x([0-9a-f]+)[)\\]]");

    /// One of them.
    ///
    /// @param name of its file, or as `[heap]`; empty for one without
    /// @param pss bytes
    public record Mapping(long from, long to, String name, long pss) {}

    public Mappings {
        all = List.copyOf(all);
    }

    /// From the text of `/proc/PID/smaps`.
    public static Mappings parse(String smaps) {
        var all = new ArrayList<Mapping>();
        Matcher head = null;
        for (String line : smaps.lines().toList()) {
            Matcher found = HEAD.matcher(line);
            if (found.matches()) {
                head = found;
            } else if (head != null && line.startsWith("Pss:")) {
                long kilobytes = Long.parseLong(line.replaceAll("[^0-9]", ""));
                all.add(
                        new Mapping(
                                Long.parseUnsignedLong(head.group(1), 16),
                                Long.parseUnsignedLong(head.group(2), 16),
                                head.group(3),
                                kilobytes * 1024));
            }
        }
        return new Mappings(all);
    }

    /// Bytes by what they are for.
    ///
    /// @param heapInfo what `jcmd GC.heap_info` said
    /// @param codeCache what `jcmd Compiler.codecache` said
    public Map<Metric, Long> split(String heapInfo, String codeCache) {
        List<long[]> heap = ranges(heapInfo);
        List<long[]> code = ranges(codeCache);
        var sums = new EnumMap<Metric, Long>(Metric.class);
        for (Mapping mapping : all) {
            sums.merge(metric(mapping, heap, code), mapping.pss(), Long::sum);
        }
        return sums;
    }

    private static Metric metric(Mapping mapping, List<long[]> heap, List<long[]> code) {
        String name = mapping.name();
        if (name.endsWith(".aot") || name.endsWith(".jsa")) {
            return Metric.PSS_ARCHIVE;
        }
        if (name.startsWith("/")) {
            return Metric.PSS_LIBRARIES;
        }
        if (name.equals("[heap]")) {
            return Metric.PSS_MALLOC;
        }
        if (isWithin(mapping, heap)) {
            return Metric.PSS_HEAP;
        }
        return isWithin(mapping, code) ? Metric.PSS_CODE : Metric.PSS_REST;
    }

    private static boolean isWithin(Mapping mapping, List<long[]> ranges) {
        return ranges.stream()
                .anyMatch(range -> mapping.from() < range[1] && mapping.to() > range[0]);
    }

    private static List<long[]> ranges(String text) {
        return RANGE.matcher(text)
                .results()
                .map(it ->
                        new long[] {
                            Long.parseUnsignedLong(it.group(1), 16),
                            Long.parseUnsignedLong(it.group(2), 16)
                        })
                .toList();
    }
}

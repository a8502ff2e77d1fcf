package dev.heddle.telemetry;

import dev.heddle.telemetry.AccessLogRecord.MetadataOf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Operators that look something up by its name: metadata, filter state, the environment.
final class ValueOperators {
    /// The objects of filter state that this proxy has.
    static final Set<String> OBJECTS =
            Set.of(
                    "envoy.filters.listener.original_dst.local_ip",
                    "envoy.filters.listener.original_dst.remote_ip");

    private ValueOperators() {}

    static AccessLogFormat.Part of(String text, String name, String argument) {
        return switch (name) {
            case "METADATA" -> {
                int colon = argument.indexOf(':');
                String type = colon < 0 ? argument : argument.substring(0, colon);
                if (colon < 0) {
                    throw AccessLogFormat.malformed(text, "expected: TYPE:NAMESPACE:KEY");
                }
                yield metadata(text, source(text, type), argument.substring(colon + 1));
            }
            case "DYNAMIC_METADATA" -> metadata(text, MetadataOf.DYNAMIC, argument);
            case "CLUSTER_METADATA" -> metadata(text, MetadataOf.CLUSTER, argument);
            case "UPSTREAM_METADATA" -> metadata(text, MetadataOf.UPSTREAM_HOST, argument);
            case "FILTER_STATE" -> filterState(text, argument);
            default -> environment(text, argument);
        };
    }

    private static MetadataOf source(String text, String type) {
        for (MetadataOf of : MetadataOf.values()) {
            if (of.name().equals(type)) {
                return of;
            }
        }
        throw AccessLogFormat.malformed(
                text, "'" + type + "'; expected: one of " + Arrays.toString(MetadataOf.values()));
    }

    private static AccessLogFormat.Part metadata(String text, MetadataOf of, String argument) {
        String[] words = argument.split(":", -1);
        if (argument.isEmpty() || Arrays.asList(words).contains("")) {
            throw AccessLogFormat.malformed(
                    text, "expected: NAMESPACE:KEY:KEY…, none of them empty");
        }
        return new Metadata(of, words[0], List.of(words).subList(1, words.length));
    }

    private record Metadata(MetadataOf of, String name, List<String> path)
            implements AccessLogFormat.JsonPart {
        @Override
        public boolean write(AccessLogRecord record, ByteText out) {
            Object value = record.metadata(of, name, path);
            switch (value) {
                case null -> {
                    return false;
                }
                case String text -> out.append(text);
                default -> JsonText.write(value, out);
            }
            return true;
        }

        @Override
        public boolean isOfPlace() {
            return of != MetadataOf.DYNAMIC;
        }

        @Override
        public boolean writeJson(AccessLogRecord record, ByteText out) {
            Object value = record.metadata(of, name, path);
            if (value != null) {
                JsonText.write(value, out);
            }
            return value != null;
        }
    }

    private static AccessLogFormat.Part filterState(String text, String argument) {
        String[] words = argument.split(":", -1);
        boolean isPlain = words.length == 1 || (words.length == 2 && words[1].equals("PLAIN"));
        if (!isPlain || !OBJECTS.contains(words[0])) {
            throw AccessLogFormat.malformed(
                    text, "expected: one of " + OBJECTS + ", alone or with :PLAIN");
        }
        return (record, out) -> {
            String value = record.filterState(words[0]);
            if (value != null) {
                out.append(value);
            }
            return value != null;
        };
    }

    /// The value is that of when the format is read; a variable that is not there is `-`, in JSON,
    /// too.
    private static AccessLogFormat.Part environment(String text, String name) {
        if (name.isEmpty()) {
            throw AccessLogFormat.malformed(text, "expected: the name of a variable");
        }
        String value = variable(name);
        String said = value == null ? "-" : value;
        return (_, out) -> {
            out.append(said);
            return true;
        };
    }

    /// As the process began with it.
    private static @Nullable String variable(String name) {
        try {
            byte[] all = Files.readAllBytes(Path.of("/proc/self/environ"));
            for (String each : new String(all, StandardCharsets.UTF_8).split("\0", -1)) {
                if (each.startsWith(name + "=")) {
                    return each.substring(name.length() + 1);
                }
            }
        } catch (IOException _) {
            // No such system: nothing is known.
        }
        return null;
    }
}

package dev.heddle.proxy.filter.headertometadata;

import com.google.re2j.Pattern;
import dev.heddle.proxy.http.HeaderName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which metadata requests' headers become (`envoy.extensions.filters.http.header_to_metadata.v3`).
///
/// Rules of one header make the same of the same value, so what was made of the last values is
/// kept: on the way a header costs a look-up. Thread-safe.
public final class HeaderToMetadataConfig {
    /// Callers of one workload are few; whoever sends other values each time gets no memory for it.
    private static final int MOST_KEPT = 256;

    private final List<ByHeader> headers;

    /// Rules of one header.
    ///
    /// @param isRemoved whether the request loses it
    public record ByHeader(HeaderName name, List<Rule> rules, boolean isRemoved) {
        public ByHeader {
            rules = List.copyOf(rules);
        }
    }

    /// What a header's value becomes.
    ///
    /// @param present where the request has the header
    /// @param missing where it has none
    public record Rule(Optional<Field> present, Optional<Field> missing) {}

    /// A text in the metadata.
    ///
    /// @param value in the place of the header's; empty for that
    /// @param rewrite of the header's value; empty for none
    public record Field(String namespace, String key, String value, Optional<Rewrite> rewrite) {
        String of(String header) {
            return !value.isEmpty() ? value : rewrite.map(it -> it.of(header)).orElse(header);
        }
    }

    /// Every match is replaced; groups as in `$1`.
    public record Rewrite(Pattern pattern, String substitution) {
        String of(String header) {
            return pattern.matcher(header).replaceAll(substitution);
        }
    }

    /// Texts of a namespace.
    record Found(String namespace, Map<String, @Nullable Object> fields) {}

    private final ConcurrentHashMap<String, List<Found>> known = new ConcurrentHashMap<>();

    public HeaderToMetadataConfig(List<ByHeader> headers) {
        this.headers = List.copyOf(headers);
    }

    List<ByHeader> headers() {
        return headers;
    }

    /// What is made of a value.
    ///
    /// @param value null where the request has no such header
    List<Found> found(ByHeader header, @Nullable String value) {
        String key = header.name() + (value == null ? "" : ":" + value);
        List<Found> found = known.get(key);
        if (found == null) {
            found = make(header, value);
            if (known.size() < MOST_KEPT) {
                known.put(key, found);
            }
        }
        return found;
    }

    private static List<Found> make(ByHeader header, @Nullable String value) {
        var all = new ArrayList<Found>();
        for (Rule rule : header.rules()) {
            Optional<Field> field = value == null ? rule.missing() : rule.present();
            if (field.isPresent()) {
                of(field.get().namespace(), all)
                        .fields()
                        .put(field.get().key(), field.get().of(value == null ? "" : value));
            }
        }
        return List.copyOf(all);
    }

    private static Found of(String namespace, List<Found> all) {
        for (Found known : all) {
            if (known.namespace().equals(namespace)) {
                return known;
            }
        }
        var made = new Found(namespace, new HashMap<String, @Nullable Object>());
        all.add(made);
        return made;
    }
}

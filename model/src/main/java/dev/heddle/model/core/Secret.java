package dev.heddle.model.core;

import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Skips;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// A Kubernetes secret. Prints the names of its entries, and never what is in them.
///
/// @param type as in `kubernetes.io/tls`; empty means `Opaque`
/// @param data entries in base64
/// @param stringData entries as they are; they win over those of `data`
@Skips({"immutable"})
public record Secret(String type, Map<String, String> data, Map<String, String> stringData) {

    /// Type of secrets with a certificate and its key.
    public static final String TLS = "kubernetes.io/tls";

    public Secret {
        data = Ordered.copyOf(data);
        stringData = Ordered.copyOf(stringData);
    }

    /// Whether there is an entry of that name.
    public boolean has(String entry) {
        return stringData.containsKey(entry) || data.containsKey(entry);
    }

    /// The text of an entry; empty when there is none, or it is no base64.
    public Optional<String> text(String entry) {
        if (stringData.containsKey(entry)) {
            return Optional.of(stringData.get(entry));
        }
        if (!data.containsKey(entry)) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(data.get(entry));
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        var entries = new TreeSet<>(data.keySet());
        entries.addAll(stringData.keySet());
        return "Secret[type=" + type + ", entries=" + entries + "]";
    }
}

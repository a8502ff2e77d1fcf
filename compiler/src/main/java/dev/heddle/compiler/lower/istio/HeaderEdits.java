package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HeaderEdit.Edits;
import dev.heddle.compiler.ir.HeaderEdit.Write;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.istio.VirtualService.HeaderOperations;
import dev.heddle.model.istio.VirtualService.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Lowers header operations. What the protocol keeps for itself (`Host` and names that begin with a
/// colon) is no header here: writing it rewrites the authority, removing it does nothing.
public final class HeaderEdits {
    private HeaderEdits() {}

    static HeaderEdit lower(Headers headers) {
        return new HeaderEdit(lower(headers.request()), lower(headers.response()));
    }

    /// The authority that the request operations set, or else add.
    public static Optional<String> authority(Headers headers) {
        return authority(headers.request().set()).or(() -> authority(headers.request().add()));
    }

    private static Optional<String> authority(Map<String, String> writes) {
        return writes.entrySet().stream()
                .filter(e ->
                        e.getKey().equalsIgnoreCase(":authority")
                                || e.getKey().equalsIgnoreCase("host"))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static Edits lower(HeaderOperations operations) {
        var writes = new ArrayList<Write>();
        write(operations.set(), true, writes);
        write(operations.add(), false, writes);
        List<String> removals =
                operations.remove().stream()
                        .filter(n -> !isOfProtocol(n) && EnvoySyntax.isHeaderName(n))
                        .toList();
        return new Edits(writes, removals);
    }

    private static void write(Map<String, String> values, boolean replace, List<Write> out) {
        new TreeMap<>(values)
                .forEach((name, value) -> {
                    if (!isOfProtocol(name)
                            && EnvoySyntax.isHeaderName(name)
                            && EnvoySyntax.isHeaderFormat(value)) {
                        out.add(new Write(name, value, replace));
                    }
                });
    }

    /// Whether the protocol keeps that name for itself: what writes to it changes the host, or
    /// nothing.
    public static boolean isOfProtocol(String name) {
        return name.startsWith(":") || name.equalsIgnoreCase("host");
    }
}

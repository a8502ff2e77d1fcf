package dev.heddle.cli.plan;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one line of an access log says of a request.
///
/// @param fields what its format tells; empty where this line has no such thing
/// @param headers of the request, by lower-case name
record LogEntry(Map<Field, String> fields, Map<String, String> headers) {
    /// Something that a log may say.
    enum Field {
        METHOD,
        AUTHORITY,
        PATH,
        SCHEME,
        CODE,
        FLAGS,
        CLUSTER,
        /// The server name that the client asked for over TLS.
        SERVER_NAME,
        /// Where the connection was made to.
        LOCAL,
        /// Where the client is.
        REMOTE,
        /// The name that the client proved.
        PEER
    }

    LogEntry {
        fields = fields.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(fields));
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /// Whether lines of its format tell that.
    boolean tells(Field field) {
        return fields.containsKey(field);
    }

    /// What it says; empty where it says nothing.
    String of(Field field) {
        return fields.getOrDefault(field, "");
    }
}

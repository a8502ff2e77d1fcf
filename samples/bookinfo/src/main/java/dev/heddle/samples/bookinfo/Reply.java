package dev.heddle.samples.bookinfo;

import java.util.HashMap;
import java.util.Map;

/// A service's answer.
///
/// @param headers beside the content type, by name
/// @param body sent in UTF-8
public record Reply(int status, String contentType, Map<String, String> headers, String body) {
    public Reply {
        headers = Map.copyOf(headers);
    }

    static Reply json(int status, Json body) {
        return text(status, "application/json", body.print());
    }

    static Reply text(int status, String contentType, String body) {
        return new Reply(status, contentType, Map.of(), body);
    }

    static Reply error(int status, String message) {
        return json(status, Json.object("error", message));
    }

    Reply with(String name, String value) {
        var more = new HashMap<>(headers);
        more.put(name, value);
        return new Reply(status, contentType, more, body);
    }
}

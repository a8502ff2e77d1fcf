package dev.heddle.e2e;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What an echo backend answers: who it is, and the request as it saw it.
public final class EchoReply {
    /// The response header that names the backend.
    public static final String DESTINATION = "x-answered-by";

    /// The response header that says in which version of HTTP the backend was asked.
    public static final String PROTOCOL = "x-answered-in";

    /// The request header that names a backend that is to fail.
    private static final String FAIL = "x-fail";

    /// The request header that says with which status; 503 without it.
    private static final String FAIL_STATUS = "x-fail-status";

    private EchoReply() {}

    /// What a backend answers a request with.
    ///
    /// @param usual where the request asks for nothing else
    /// @param headers names in lower case
    public static int status(String backend, int usual, Map<String, List<String>> headers) {
        if (!headers.getOrDefault(FAIL, List.of()).contains(backend)) {
            return usual;
        }
        return Integer.parseInt(headers.getOrDefault(FAIL_STATUS, List.of("503")).getFirst());
    }

    public static String body(
            String method, String path, String authority, Map<String, List<String>> headers) {
        var text = new StringBuilder();
        text.append("method=").append(method).append('\n');
        text.append("path=").append(path).append('\n');
        text.append("authority=").append(authority).append('\n');
        headers.forEach((name, values) ->
                text.append("header:")
                        .append(name.toLowerCase(Locale.ROOT))
                        .append('=')
                        .append(String.join(",", values))
                        .append('\n'));
        return text.toString();
    }
}

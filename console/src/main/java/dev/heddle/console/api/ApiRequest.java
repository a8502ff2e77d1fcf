package dev.heddle.console.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One request, as far as the API is concerned.
///
/// @param method in upper case
/// @param segments of the path, decoded; none for `/`
/// @param query the first value of each parameter
/// @param headers the first value of each, by its name in lower case
/// @param body empty when there is none
/// @param peer the other end's address
public record ApiRequest(
        String method,
        List<String> segments,
        Map<String, String> query,
        Map<String, String> headers,
        String body,
        String peer) {

    public ApiRequest {
        segments = List.copyOf(segments);
        query = Map.copyOf(query);
        var lower = new TreeMap<String, String>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Map.copyOf(lower);
    }

    /// The same with that body.
    public ApiRequest with(String text) {
        return new ApiRequest(method, segments, query, headers, text, peer);
    }

    /// The first value of a header.
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /// A parameter of the query; empty when it is absent or empty.
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name)).filter(v -> !v.isEmpty());
    }

    /// What somebody said, for a sentence; long texts are cut.
    static String cut(String said) {
        return said.length() <= 100 ? said : said.substring(0, 97) + "…";
    }

    /// Whether a switch is on: `dryRun`, `dryRun=true` or, as kubectl says, `dryRun=All`.
    boolean flag(String name) {
        String value = query.get(name);
        return value != null && !value.equalsIgnoreCase("false") && !value.equalsIgnoreCase("none");
    }
}

package dev.heddle.console.api;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One answer.
///
/// @param headers besides the content's type and those that every answer has
/// @param body as a whole; empty where it is a stream
/// @param stream that follows the head; empty for a body
public record ApiResponse(
        int status,
        String contentType,
        Map<String, String> headers,
        String body,
        Optional<ApiStream> stream) {
    private static final int LONGEST = 1_500;
    private static final String JSON = "application/json; charset=utf-8";
    private static final String LINES = "application/x-ndjson; charset=utf-8";

    public ApiResponse {
        headers = Map.copyOf(headers);
    }

    /// An answer for programs.
    public static ApiResponse json(int status, Node body) {
        return new ApiResponse(status, JSON, Map.of(), Json.pretty(body), Optional.empty());
    }

    /// An answer that is JSON already.
    static ApiResponse rawJson(String body) {
        return new ApiResponse(200, JSON, Map.of(), body, Optional.empty());
    }

    /// Something that was read from the jar.
    static ApiResponse text(String contentType, String body) {
        return new ApiResponse(200, contentType, Map.of(), body, Optional.empty());
    }

    /// One that goes on: lines of JSON.
    static ApiResponse stream(ApiStream stream) {
        return new ApiResponse(200, LINES, Map.of(), "", Optional.of(stream));
    }

    /// A refusal.
    ///
    /// @param what is wrong, with the value
    /// @param where in the request
    /// @param next what to do about it
    public static ApiResponse error(int status, String what, String where, String next) {
        return json(status, errorBody(what, where, next));
    }

    /// The body of a refusal, to be extended.
    static Node.Mapping errorBody(String what, String where, String next) {
        return Node.Mapping.EMPTY.with(
                "error",
                Node.Mapping.EMPTY
                        .with("what", cut(what))
                        .with("where", cut(where))
                        .with("next", cut(next)));
    }

    /// Who sends much is not sent it back.
    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /// The same with one more header.
    ApiResponse withHeader(String name, String value) {
        var more = new TreeMap<>(headers);
        more.put(name, value);
        return new ApiResponse(status, contentType, more, body, stream);
    }

    /// Texts as a list.
    static Node.Sequence texts(List<String> texts) {
        return Node.Sequence.of(texts.stream().map(Node::of).toList());
    }
}

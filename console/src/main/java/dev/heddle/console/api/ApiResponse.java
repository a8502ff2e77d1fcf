package dev.heddle.console.api;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One answer.
///
/// @param headers besides the content's type and those that every answer has
public record ApiResponse(
        int status, String contentType, Map<String, String> headers, String body) {
    private static final String JSON = "application/json; charset=utf-8";

    public ApiResponse {
        headers = Map.copyOf(headers);
    }

    /// An answer for programs.
    public static ApiResponse json(int status, Node body) {
        return new ApiResponse(status, JSON, Map.of(), Json.pretty(body));
    }

    /// An answer that is JSON already.
    static ApiResponse rawJson(String body) {
        return new ApiResponse(200, JSON, Map.of(), body);
    }

    /// Something that was read from the jar.
    static ApiResponse text(String contentType, String body) {
        return new ApiResponse(200, contentType, Map.of(), body);
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
                Node.Mapping.EMPTY.with("what", what).with("where", where).with("next", next));
    }

    /// The same with one more header.
    ApiResponse withHeader(String name, String value) {
        var more = new TreeMap<>(headers);
        more.put(name, value);
        return new ApiResponse(status, contentType, more, body);
    }

    /// Texts as a list.
    static Node.Sequence texts(List<String> texts) {
        return Node.Sequence.of(texts.stream().map(Node::of).toList());
    }
}

package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import java.util.List;

/// A method and how its bodies are meant.
///
/// @param path as in `/shop.Shelves/List`
/// @param requestBody the field that the request's body is; empty for the whole message
/// @param isRequestHttpBody whether that is a `google.api.HttpBody`, so not JSON
/// @param responseBody as above, of the response
record TranscodedMethod(
        String path,
        MessageType input,
        MessageType output,
        boolean isClientStreaming,
        boolean isServerStreaming,
        List<Field> requestBody,
        boolean isRequestHttpBody,
        List<Field> responseBody,
        boolean isResponseHttpBody) {
    private static final String HTTP_BODY = "google.api.HttpBody";

    TranscodedMethod {
        requestBody = List.copyOf(requestBody);
        responseBody = List.copyOf(responseBody);
    }

    /// @throws BadMessage when a field that a body shall be is not there
    static TranscodedMethod of(Types types, Types.Method method, HttpRule rule) throws BadMessage {
        MessageType input = types.known(method.input());
        MessageType output = types.known(method.output());
        List<Field> request = path(types, input, rule.body());
        List<Field> response = path(types, output, rule.responseBody());
        boolean isResponseHttpBody = isHttpBody(output, response);
        if (!response.isEmpty() && !isResponseHttpBody) {
            throw new BadMessage(
                    "response_body '"
                            + rule.responseBody()
                            + "' (expected: a field that is a google.api.HttpBody)");
        }
        return new TranscodedMethod(
                method.path(),
                input,
                output,
                method.isClientStreaming(),
                method.isServerStreaming(),
                request,
                isHttpBody(input, request),
                response,
                isResponseHttpBody);
    }

    private static List<Field> path(Types types, MessageType type, String body) throws BadMessage {
        return FieldPaths.resolve(
                types, type, body.equals("*") ? List.of() : FieldPaths.split(body));
    }

    private static boolean isHttpBody(MessageType type, List<Field> path) {
        return (path.isEmpty() ? type.name() : path.getLast().typeName()).equals(HTTP_BODY);
    }
}

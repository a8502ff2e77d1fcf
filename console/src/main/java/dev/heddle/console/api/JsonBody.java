package dev.heddle.console.api;

import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.RecordMapper;
import dev.heddle.model.tree.Node;

/// Reads bodies that are JSON.
final class JsonBody {
    private JsonBody() {}

    /// A body as that record.
    ///
    /// @throws IllegalArgumentException with what is wrong, but without what was said
    static <T> T of(Call call, Class<T> type) {
        if (!(parsed(call.request().body()) instanceof Node.Mapping mapping)) {
            throw new IllegalArgumentException("the body is no JSON object");
        }
        var findings = new Diagnostics();
        T said =
                new RecordMapper("", "body", false, true, findings)
                        .map(mapping, type, FieldPath.ROOT);
        if (!findings.toList().isEmpty()) {
            throw new IllegalArgumentException(findings.toList().getFirst().message());
        }
        return said;
    }

    private static Node parsed(String body) {
        try {
            return Json.parse(body);
        } catch (IllegalArgumentException _) {
            // Its message might have a password's letters.
            throw new IllegalArgumentException("the body is no JSON");
        }
    }

    /// What a body is answered that is not as it should be.
    static ApiResponse refused(IllegalArgumentException e) {
        return ApiResponse.error(
                400, String.valueOf(e.getMessage()), "body", "Mend it and send it again");
    }
}

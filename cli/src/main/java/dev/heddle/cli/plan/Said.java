package dev.heddle.cli.plan;

import dev.heddle.cli.plan.LogEntry.Field;
import dev.heddle.telemetry.LogOperator;
import java.util.List;
import java.util.Optional;

/// What an operator of a log's format says of a request.
sealed interface Said {
    /// A field of it.
    record Of(Field field) implements Said {}

    /// @param name lower case
    record Header(String name) implements Said {}

    /// Nothing that decides anything.
    record Nothing() implements Said {}

    static Said by(LogOperator operator) {
        return switch (operator.name()) {
            case "REQ", "REQUEST_HEADER" -> header(operator.headers());
            case "PATH" ->
                    operator.argument().startsWith("NQ") ? new Nothing() : new Of(Field.PATH);
            case String name -> field(name).<Said>map(Of::new).orElseGet(Nothing::new);
        };
    }

    /// Of a header and another that takes its place it is only known what they are together: of
    /// `x-envoy-original-path?:path` the path that the client asked for.
    private static Said header(List<String> names) {
        return switch (names.getLast()) {
            case ":method" -> new Of(Field.METHOD);
            case ":path" -> new Of(Field.PATH);
            case ":authority", "host" -> new Of(Field.AUTHORITY);
            case ":scheme" -> new Of(Field.SCHEME);
            case String name -> names.size() == 1 ? new Header(name) : new Nothing();
        };
    }

    private static Optional<Field> field(String operator) {
        return switch (operator) {
            case "RESPONSE_CODE" -> Optional.of(Field.CODE);
            case "RESPONSE_FLAGS" -> Optional.of(Field.FLAGS);
            case "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW" -> Optional.of(Field.CLUSTER);
            case "REQUESTED_SERVER_NAME" -> Optional.of(Field.SERVER_NAME);
            case "DOWNSTREAM_LOCAL_ADDRESS" -> Optional.of(Field.LOCAL);
            case "DOWNSTREAM_REMOTE_ADDRESS" -> Optional.of(Field.REMOTE);
            case "DOWNSTREAM_PEER_URI_SAN" -> Optional.of(Field.PEER);
            default -> Optional.empty();
        };
    }
}

package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// `google.api.HttpBody`: a body that is no JSON, with its type beside it.
final class HttpBodies {
    private static final String UNKNOWN_PARAMETERS =
            Types.URL_PREFIX
                    + "envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams";

    private static final int TYPE = 1;
    private static final int DATA = 2;
    private static final int EXTENSIONS = 3;

    private HttpBodies() {}

    /// What a message holds.
    record HttpBody(String type, Bytes data) {}

    /// Writes a message of gRPC with a body in a field.
    ///
    /// @param before fields of the message that were written already
    /// @param path of the field; empty where the message is the body
    /// @param unknown parameters that go along
    static byte[] message(
            byte[] before,
            List<Field> path,
            String type,
            byte[] data,
            Map<String, List<String>> unknown) {
        var body = new WireWriter(data.length + type.length() + 32);
        if (!type.isEmpty()) {
            body.bytes(TYPE, Bytes.of(Types.bytes(type)));
        }
        if (!unknown.isEmpty()) {
            body.message(EXTENSIONS, extension(unknown));
        }
        body.bytes(DATA, Bytes.of(data));
        Bytes inner = body.toBytes();
        for (Field field : path.reversed()) {
            inner = new WireWriter(inner.size() + 16).bytes(field.number(), inner).toBytes();
        }
        byte[] message = new byte[RequestMessages.HEAD + before.length + inner.size()];
        System.arraycopy(before, 0, message, RequestMessages.HEAD, before.length);
        inner.asReadOnlyByteBuffer()
                .get(message, RequestMessages.HEAD + before.length, inner.size());
        return RequestMessages.framed(message);
    }

    private static WireWriter extension(Map<String, List<String>> unknown) {
        var packed = new WireWriter();
        unknown.forEach((name, values) -> {
            var list = new WireWriter();
            values.forEach(value -> list.bytes(1, Bytes.of(Types.bytes(value))));
            packed.message(
                    1, new WireWriter().bytes(1, Bytes.of(Types.bytes(name))).message(2, list));
        });
        return new WireWriter().text(1, UNKNOWN_PARAMETERS).message(2, packed);
    }

    /// Reads the body that a message has in a field.
    ///
    /// @throws BadMessage when the message is none
    static HttpBody read(Bytes message, List<Field> path) throws BadMessage {
        try {
            var at = new Raw(message);
            for (Field field : path) {
                at = at.message(field.number());
            }
            return new HttpBody(
                    at.bytes(TYPE).toString(StandardCharsets.ISO_8859_1), at.bytes(DATA));
        } catch (WireException e) {
            throw new BadMessage(String.valueOf(e.getMessage()));
        }
    }
}

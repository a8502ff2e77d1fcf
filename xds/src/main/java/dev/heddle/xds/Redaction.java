package dev.heddle.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Set;
import java.util.regex.Pattern;
import udpa.annotations.Sensitive;

/// Replaces what is secret, as Envoy does in its dumps: every text and all bytes below a field that
/// the API marks as sensitive become `[redacted]`, however deep they are packed. So do, unlike in
/// Envoy's, values of headers that carry tokens, and private members of key sets.
public final class Redaction {

    private static final String TEXT = "[redacted]";

    /// Fields that the API does not mark, and in which users put tokens all the same: what is said
    /// to collectors and to those who decide, and what asks whether hosts are well.
    private static final Set<String> HEADERS =
            Set.of(
                    "envoy.config.core.v3.GrpcService.initial_metadata",
                    "envoy.config.core.v3.HttpService.request_headers_to_add",
                    "envoy.config.core.v3.HealthCheck.HttpHealthCheck.request_headers_to_add",
                    "envoy.config.core.v3.HealthCheck.GrpcHealthCheck.initial_metadata",
                    "envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest"
                            + ".headers_to_add");

    private static final String TOKEN = "envoy.config.trace.v3.ClientConfig.backend_token";
    private static final String KEYS =
            "envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.local_jwks";
    private static final String HEADER = "envoy.config.core.v3.HeaderValue";

    /// Headers that prove who somebody is, wherever they are written.
    private static final Pattern PROOF =
            Pattern.compile(
                    "authorization|cookie|token|secret|password|api-?key|credential",
                    Pattern.CASE_INSENSITIVE);

    /// Members of a key set that only its owner may know.
    private static final Pattern PRIVATE =
            Pattern.compile("(\"(?:k|d|p|q|dp|dq|qi)\"\\s*:\\s*\")[^\"]*\"");

    /// How a field's texts are hidden.
    private enum Hiding {
        NOTHING,
        /// All texts and bytes.
        ALL,
        /// The values of headers, not their names.
        VALUES,
        /// Private members of key sets.
        KEYS
    }

    private Redaction() {}

    /// The same without what is secret.
    public static <M extends Message> M of(M message) {
        // Not by the message itself, which would keep what it learns of its class for good.
        var type = message.getDescriptorForType();
        try {
            var builder = DynamicMessage.parseFrom(type, message.toByteString()).toBuilder();
            redact(builder, Hiding.NOTHING);
            @SuppressWarnings("unchecked") // a parser of M's makes an M
            M redacted = (M) message.getParserForType().parseFrom(builder.build().toByteString());
            return redacted;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that cannot read what it wrote", e);
        }
    }

    private static void redact(Message.Builder builder, Hiding above) {
        Descriptor type = builder.getDescriptorForType();
        if (type.getFullName().equals("google.protobuf.Any")) {
            unpack(builder, above);
            return;
        }
        boolean isHeader = type.getFullName().equals(HEADER);
        boolean isProof =
                isHeader
                        && PROOF.matcher((String) builder.getField(type.findFieldByName("key")))
                                .find();
        for (FieldDescriptor field : builder.getAllFields().keySet()) {
            Hiding hiding = hiding(field, above);
            if (isHeader && hiding != Hiding.ALL) {
                boolean isHidden = hiding == Hiding.VALUES || isProof;
                hiding = isHidden && !field.getName().equals("key") ? Hiding.ALL : Hiding.NOTHING;
            }
            if (field.isRepeated()) {
                for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
                    builder.setRepeatedField(
                            field, i, redacted(field, builder.getRepeatedField(field, i), hiding));
                }
            } else {
                builder.setField(field, redacted(field, builder.getField(field), hiding));
            }
        }
    }

    private static Hiding hiding(FieldDescriptor field, Hiding above) {
        String name = field.getFullName();
        if (above == Hiding.ALL
                || field.getOptions().getExtension(Sensitive.sensitive)
                || name.equals(TOKEN)) {
            return Hiding.ALL;
        }
        if (HEADERS.contains(name)) {
            return Hiding.VALUES;
        }
        return name.equals(KEYS) ? Hiding.KEYS : above;
    }

    private static Object redacted(FieldDescriptor field, Object value, Hiding hiding) {
        return switch (field.getJavaType()) {
            case MESSAGE -> {
                Message.Builder inner = ((Message) value).toBuilder();
                redact(inner, hiding);
                yield inner.build();
            }
            case STRING -> text((String) value, hiding);
            case BYTE_STRING ->
                    switch (hiding) {
                        case ALL -> ByteString.copyFromUtf8(TEXT);
                        case KEYS ->
                                ByteString.copyFromUtf8(
                                        text(((ByteString) value).toStringUtf8(), hiding));
                        case NOTHING, VALUES -> value;
                    };
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM -> value;
        };
    }

    private static String text(String value, Hiding hiding) {
        return switch (hiding) {
            case ALL -> TEXT;
            case KEYS -> PRIVATE.matcher(value).replaceAll("$1" + TEXT + "\"");
            case NOTHING, VALUES -> value;
        };
    }

    private static void unpack(Message.Builder any, Hiding hiding) {
        Any packed = Any.newBuilder().mergeFrom(any.buildPartial()).build();
        try {
            var type = EnvoyTypes.registry().getDescriptorForTypeUrl(packed.getTypeUrl());
            if (type == null) {
                return;
            }
            var inner = DynamicMessage.parseFrom(type, packed.getValue()).toBuilder();
            redact(inner, hiding);
            any.clear();
            any.mergeFrom(packed.toBuilder().setValue(inner.build().toByteString()).build());
        } catch (InvalidProtocolBufferException e) {
            // It was rejected as unreadable; nobody can say what of it is secret.
            any.clear();
            any.mergeFrom(Any.newBuilder().setTypeUrl(packed.getTypeUrl()).build());
        }
    }
}

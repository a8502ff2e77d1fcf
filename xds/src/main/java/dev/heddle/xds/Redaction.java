package dev.heddle.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import udpa.annotations.Sensitive;

/// Replaces what is secret, as Envoy does in its dumps: every text and all bytes below a field that
/// the API marks as sensitive become `[redacted]`, however deep they are packed.
public final class Redaction {

    private static final String TEXT = "[redacted]";

    /// Packed messages that hold secrets. What is not known here is left as it is: no other
    /// extension that this version knows has any.
    private static final TypeRegistry TYPES =
            TypeRegistry.newBuilder()
                    .add(
                            List.of(
                                    ApiKeyAuth.getDescriptor(),
                                    ApiKeyAuthPerRoute.getDescriptor(),
                                    BasicAuth.getDescriptor(),
                                    BasicAuthPerRoute.getDescriptor(),
                                    Cluster.getDescriptor(),
                                    HttpConnectionManager.getDescriptor(),
                                    Listener.getDescriptor(),
                                    RouteConfiguration.getDescriptor(),
                                    DownstreamTlsContext.getDescriptor(),
                                    UpstreamTlsContext.getDescriptor(),
                                    Secret.getDescriptor()))
                    .build();

    private Redaction() {}

    /// The same without what is secret.
    public static <M extends Message> M of(M message) {
        // Not by the message itself, which would keep what it learns of its class for good.
        var type = message.getDescriptorForType();
        try {
            var builder = DynamicMessage.parseFrom(type, message.toByteString()).toBuilder();
            redact(builder, false);
            @SuppressWarnings("unchecked") // a parser of M's makes an M
            M redacted = (M) message.getParserForType().parseFrom(builder.build().toByteString());
            return redacted;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that cannot read what it wrote", e);
        }
    }

    private static void redact(Message.Builder builder, boolean isSecret) {
        if (builder.getDescriptorForType().getFullName().equals("google.protobuf.Any")) {
            unpack(builder, isSecret);
            return;
        }
        for (FieldDescriptor field : builder.getAllFields().keySet()) {
            boolean hides = isSecret || field.getOptions().getExtension(Sensitive.sensitive);
            if (field.isRepeated()) {
                for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
                    builder.setRepeatedField(
                            field, i, redacted(field, builder.getRepeatedField(field, i), hides));
                }
            } else {
                builder.setField(field, redacted(field, builder.getField(field), hides));
            }
        }
    }

    private static Object redacted(FieldDescriptor field, Object value, boolean hides) {
        return switch (field.getJavaType()) {
            case MESSAGE -> {
                Message.Builder inner = ((Message) value).toBuilder();
                redact(inner, hides);
                yield inner.build();
            }
            case STRING -> hides ? TEXT : value;
            case BYTE_STRING -> hides ? ByteString.copyFromUtf8(TEXT) : value;
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM -> value;
        };
    }

    private static void unpack(Message.Builder any, boolean isSecret) {
        Any packed = Any.newBuilder().mergeFrom(any.buildPartial()).build();
        try {
            var type = TYPES.getDescriptorForTypeUrl(packed.getTypeUrl());
            if (type == null) {
                return;
            }
            var inner = DynamicMessage.parseFrom(type, packed.getValue()).toBuilder();
            redact(inner, isSecret);
            any.clear();
            any.mergeFrom(packed.toBuilder().setValue(inner.build().toByteString()).build());
        } catch (InvalidProtocolBufferException e) {
            // It was rejected as unreadable; nobody can say what of it is secret.
            any.clear();
            any.mergeFrom(Any.newBuilder().setTypeUrl(packed.getTypeUrl()).build());
        }
    }
}

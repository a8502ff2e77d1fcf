package dev.heddle.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One named resource, serialized once and shared by every stream that sends it.
///
/// @param name as the other side asks for it
/// @param version of this resource alone: equal bytes have equal versions, whichever control plane
///   made them and whenever
/// @param body the resource, packed under its type's URL
public record XdsResource(String name, String version, Any body) {

    public XdsResource {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
    }

    /// Packs a resource under its name, with a version made of its bytes.
    ///
    /// @param message must serialize the same way whenever it is equal, so no protobuf map with
    ///   more than one key that was filled in a changing order
    public static XdsResource of(String name, Message message) {
        ByteString bytes = message.toByteString();
        Any body =
                Any.newBuilder()
                        .setTypeUrl(
                                "type.googleapis.com/"
                                        + message.getDescriptorForType().getFullName())
                        .setValue(bytes)
                        .build();
        return new XdsResource(name, digest(name, bytes), body);
    }

    private static String digest(String name, ByteString bytes) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(name.getBytes(StandardCharsets.UTF_8));
            sha.update(bytes.asReadOnlyByteBuffer());
            return HexFormat.of().formatHex(sha.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

package dev.heddle.xds;

import com.google.protobuf.Message;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
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
        return of(name, Any.of(TypedConfigs.typeUrl(message), Bytes.of(message.toByteArray())));
    }

    /// The same for a message that is packed already.
    public static XdsResource of(String name, Any body) {
        return of(name, body, body.getValue());
    }

    /// The same for a message of which a fingerprint is known: a text that is the same for equal
    /// bytes, and for no others.
    public static XdsResource of(String name, Any body, Bytes fingerprint) {
        MessageDigest sha = sha();
        sha.update(name.getBytes(StandardCharsets.UTF_8));
        sha.update(fingerprint.asReadOnlyByteBuffer());
        return new XdsResource(name, HexFormat.of().formatHex(sha.digest(), 0, 8), body);
    }

    /// A fingerprint of bytes.
    public static byte[] fingerprint(byte[] bytes) {
        return sha().digest(bytes);
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

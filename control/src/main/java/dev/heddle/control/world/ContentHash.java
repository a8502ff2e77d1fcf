package dev.heddle.control.world;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A fingerprint of a world's content: equal fingerprints mean that every proxy gets the same bytes
/// and every explanation names the same lines.
public final class ContentHash {
    private final MessageDigest digest;

    ContentHash() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// The fingerprint of one text.
    public static String of(String text) {
        return new ContentHash().add(text).hex();
    }

    ContentHash add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // The length keeps ("ab", "c") apart from ("a", "bc").
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
        return this;
    }

    ContentHash add(MeshSettings settings) {
        return add(settings.toString());
    }

    /// @param file that the resource stands in, relative to its source's root
    ContentHash add(String file, Resource<?> resource) {
        return add(resource.id().kind().toString())
                .add(resource.id().toString())
                .add(file)
                .add(resource.source().position(FieldPath.ROOT).toString())
                .add(resource.source().text());
    }

    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}

package dev.heddle.proxy.kept;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// One resource with exactly this content, whoever sent it and under which version.
///
/// @param content 32 hexadecimal digits
record Fingerprint(XdsType type, String name, String content) {
    private static final int BYTES = 16;

    static Fingerprint of(XdsType type, XdsResource resource) {
        byte[] all = XdsResource.fingerprint(resource.body().bytes().toByteArray());
        return new Fingerprint(
                type, resource.name(), HexFormat.of().formatHex(Arrays.copyOf(all, BYTES)));
    }

    /// As in `LDS 0123…ef ingress`, on one line.
    String line() {
        return type.shortName() + " " + content + " " + name.replace('\n', ' ');
    }

    /// Reads a line; empty where it is none.
    static Optional<Fingerprint> read(String line) {
        String[] parts = line.split(" ", 3);
        if (parts.length < 3 || parts[1].length() != 2 * BYTES) {
            return Optional.empty();
        }
        return Arrays.stream(XdsType.values())
                .filter(it -> it.shortName().equals(parts[0]))
                .findFirst()
                .map(it -> new Fingerprint(it, parts[2], parts[1]));
    }
}

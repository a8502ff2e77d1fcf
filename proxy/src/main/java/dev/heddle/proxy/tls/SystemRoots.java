package dev.heddle.proxy.tls;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where operating systems have the roots that they believe.
///
/// A control plane can name one place only, for machines that it does not know; so a proxy that is
/// told of one of these and finds nothing there looks for the others, in this order.
public final class SystemRoots {
    /// The places.
    public static final List<String> PLACES =
            List.of(
                    // Debian, Ubuntu, Alpine, Arch
                    "/etc/ssl/certs/ca-certificates.crt",
                    // Fedora and RHEL, from 7 on, and what they had before
                    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                    "/etc/pki/tls/certs/ca-bundle.crt",
                    // SUSE
                    "/etc/ssl/ca-bundle.pem",
                    // OpenELEC
                    "/etc/pki/tls/cacert.pem",
                    // Alpine, and the BSDs
                    "/etc/ssl/cert.pem");

    private SystemRoots() {}

    /// Whether a file is one of the places.
    public static boolean isPlace(String file) {
        return PLACES.contains(file);
    }

    /// The file itself, or the first other place where there is one, if it is a place and missing.
    public static String located(String file) {
        return located(Path.of("/"), file);
    }

    /// As [#located(String)], for a system below another directory.
    static String located(Path root, String file) {
        if (!isPlace(file) || isThere(root, file)) {
            return file;
        }
        return PLACES.stream().filter(place -> isThere(root, place)).findFirst().orElse(file);
    }

    private static boolean isThere(Path root, String place) {
        return Files.isReadable(root.resolve(place.substring(1)));
    }
}

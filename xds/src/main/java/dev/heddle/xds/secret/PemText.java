package dev.heddle.xds.secret;

import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Texts of RFC 7468: what stands between the BEGIN and END lines, in order. What stands outside of
/// them is a comment.
public final class PemText {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----",
                    Pattern.DOTALL);

    /// One block.
    ///
    /// @param label as `CERTIFICATE`
    /// @param base64 that can be read
    record Block(String label, String base64) {
        Block {
            var _ = Base64.getMimeDecoder().decode(base64);
        }

        /// DER.
        byte[] bytes() {
            return Base64.getMimeDecoder().decode(base64);
        }
    }

    private PemText() {}

    static List<Block> blocks(String text) throws UnusableMaterial {
        var blocks = new ArrayList<Block>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String label = matcher.group(1);
            if (!label.equals(matcher.group(3))) {
                throw new UnusableMaterial(
                        "begins with '"
                                + label
                                + "' and ends with '"
                                + matcher.group(3)
                                + "' (expected: the same)");
            }
            try {
                blocks.add(new Block(label, matcher.group(2)));
            } catch (IllegalArgumentException e) {
                throw new UnusableMaterial("block '" + label + "' is not base64");
            }
        }
        return blocks;
    }

    /// All certificates of a text; at least one.
    public static List<X509Certificate> certificates(String text) throws UnusableMaterial {
        // A bundle may name one twice; the order of the first ones is kept.
        var found = new LinkedHashSet<X509Certificate>();
        for (Block block : blocks(text)) {
            if (block.label().equals("CERTIFICATE")
                    || block.label().equals("X509 CERTIFICATE")
                    || block.label().equals("TRUSTED CERTIFICATE")) {
                found.add(certificate(block.bytes()));
            }
        }
        if (found.isEmpty()) {
            throw new UnusableMaterial("has no certificate (expected: PEM, BEGIN CERTIFICATE)");
        }
        return List.copyOf(found);
    }

    /// All lists of revoked certificates of a text; at least one.
    public static List<X509CRL> revocations(String text) throws UnusableMaterial {
        var found = new ArrayList<X509CRL>();
        for (Block block : blocks(text)) {
            if (block.label().equals("X509 CRL")) {
                try {
                    found.add(
                            (X509CRL)
                                    CertificateFactory.getInstance("X.509")
                                            .generateCRL(new ByteArrayInputStream(block.bytes())));
                } catch (CRLException | CertificateException e) {
                    throw new UnusableMaterial("has a CRL that cannot be read: " + e.getMessage());
                }
            }
        }
        if (found.isEmpty()) {
            throw new UnusableMaterial("has no CRL (expected: PEM, BEGIN X509 CRL)");
        }
        return List.copyOf(found);
    }

    private static X509Certificate certificate(byte[] der) throws UnusableMaterial {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new UnusableMaterial("has a certificate that cannot be read: " + e.getMessage());
        }
    }
}

package dev.heddle.xds.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// An identity by the SPIFFE standard (SPIFFE-ID.md, sections 2 and 4). Nothing is normalized: what
/// is not written as the standard has it is none.
///
/// @param trustDomain lower case letters, digits, `.`, `-`, `_`
/// @param path empty, or as in `/ns/default/sa/web`
public record SpiffeId(String trustDomain, String path) {
    private static final String SCHEME = "spiffe://";
    private static final int LONGEST = 2048;

    /// `uniformResourceIdentifier` among the kinds of names (RFC 5280, 4.2.1.6).
    private static final int URI = 6;

    public SpiffeId {
        Optional<String> flaw = flaw(trustDomain, path);
        if (flaw.isPresent()) {
            throw new IllegalArgumentException(flaw.get());
        }
    }

    /// That of a service account, as Istio writes it.
    ///
    /// @throws IllegalArgumentException when a part has a letter that identities may not have
    public static SpiffeId ofAccount(String trustDomain, String namespace, String account) {
        return new SpiffeId(trustDomain, "/ns/" + namespace + "/sa/" + account);
    }

    /// Reads one; empty when it is none.
    public static Optional<SpiffeId> parse(String text) {
        if (text.length() > LONGEST || !text.startsWith(SCHEME)) {
            return Optional.empty();
        }
        String rest = text.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        String domain = slash < 0 ? rest : rest.substring(0, slash);
        String path = slash < 0 ? "" : rest.substring(slash);
        return flaw(domain, path).isPresent()
                ? Optional.empty()
                : Optional.of(new SpiffeId(domain, path));
    }

    /// Who a certificate is of; empty where it has no such name, or more than one URI.
    public static Optional<SpiffeId> of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            List<String> uris =
                    names.stream()
                            .filter(n -> n.getFirst().equals(URI))
                            .map(n -> String.valueOf(n.get(1)))
                            .toList();
            return uris.size() == 1 ? parse(uris.getFirst()) : Optional.empty();
        } catch (CertificateParsingException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> flaw(String domain, String path) {
        if (domain.isEmpty() || !domain.chars().allMatch(c -> isLetter(c) && !isUpper(c))) {
            return Optional.of(
                    "trust domain: '"
                            + domain
                            + "' (expected: lower case letters, digits, '.', '-' and '_')");
        }
        if (path.isEmpty()) {
            return Optional.empty();
        }
        if (!path.startsWith("/")) {
            return Optional.of("path: '" + path + "' (expected: one that begins with '/')");
        }
        for (String segment : path.substring(1).split("/", -1)) {
            boolean isDots = segment.equals(".") || segment.equals("..");
            if (segment.isEmpty() || isDots || !segment.chars().allMatch(SpiffeId::isLetter)) {
                return Optional.of(
                        "path: '"
                                + path
                                + "' (expected: letters, digits, '.', '-' and '_' in /a/b)");
            }
        }
        return Optional.empty();
    }

    private static boolean isUpper(int c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z')
                || isUpper(c)
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_';
    }

    /// A service account.
    public record Account(String namespace, String name) {}

    /// The service account that it is of, where it is written as Istio does.
    public Optional<Account> account() {
        List<String> parts = List.of(path.split("/", -1));
        return parts.size() == 5 && parts.get(1).equals("ns") && parts.get(3).equals("sa")
                ? Optional.of(new Account(parts.get(2), parts.get(4)))
                : Optional.empty();
    }

    /// As certificates have it.
    @Override
    public String toString() {
        return SCHEME + trustDomain + path;
    }
}
